using System.Text.Json;

namespace Pawl.Web.Wire;

/// <summary>Writes how many jobs stand where.</summary>
internal static class CountsJson
{
    /// <summary>Writes counts with all that belongs to them.</summary>
    public static void Write(Utf8JsonWriter json, JobCounts counts)
    {
        json.WriteStartObject();
        States(json, "counts", counts.Counts);
        json.WriteNumber("cancelling", counts.Cancelling);
        json.WriteNumber("dead", counts.Dead);
        json.WriteBoolean("estimated", counts.Estimated);
        Times.Write(json, "as_of", counts.AsOf);
        json.WriteEndObject();
    }

    /// <summary>Writes a number for each of the seven states.</summary>
    public static void States(Utf8JsonWriter json, string name, IReadOnlyDictionary<JobState, long> counts)
    {
        json.WriteStartObject(name);
        foreach (var state in Enum.GetValues<JobState>())
        {
            json.WriteNumber(Words.Of(state), counts.GetValueOrDefault(state));
        }

        json.WriteEndObject();
    }
}
