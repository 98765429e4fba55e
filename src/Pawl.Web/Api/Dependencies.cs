using System.Globalization;
using System.Text.Json;
using Pawl.Storage;
using Pawl.Web.Wire;

namespace Pawl.Web.Api;

/// <summary>Says where a request names a job that is not there.</summary>
internal static class Dependencies
{
    /// <summary>Makes something of a request that holds one job.</summary>
    /// <exception cref="ProblemException"><c>dependency_missing</c>, with its pointer.</exception>
    public static async Task<T> PointedAsync<T>(JsonElement draft, Func<Task<T>> make)
    {
        try
        {
            return await make().ConfigureAwait(false);
        }
        catch (PawlException fault) when (fault is { Code: "dependency_missing", Job: { } missing })
        {
            throw Pointed(fault, PointerOf(draft, missing, ""));
        }
    }

    /// <summary>Makes something of a request that holds several.</summary>
    /// <exception cref="ProblemException"><c>dependency_missing</c>, with its pointer.</exception>
    public static async Task<T> PointedAsync<T>(IReadOnlyList<JsonElement> drafts, Func<Task<T>> make)
    {
        try
        {
            return await make().ConfigureAwait(false);
        }
        catch (PawlException fault)
        {
            // The engine counts only what is more than one.
            var index = fault.Data[Refusals.Index] as int? ?? 0;
            if (fault is { Code: "dependency_missing", Job: { } missing })
            {
                throw Pointed(fault, PointerOf(drafts[index], missing, string.Create(CultureInfo.InvariantCulture, $"/jobs/{index}")));
            }

            if (drafts.Count == 1)
            {
                fault.Data[Refusals.Index] = 0;
            }

            throw;
        }
    }

    private static ProblemException Pointed(PawlException fault, string pointer) =>
        new(Problem.At(pointer, fault.Code, fault.Message));

    private static string PointerOf(JsonElement draft, JobId missing, string pointer)
    {
        var at = $"{pointer}/depends_on";
        if (!draft.TryGetProperty("depends_on", out var list) || list.ValueKind != JsonValueKind.Array)
        {
            return at;
        }

        var index = 0;
        foreach (var each in list.EnumerateArray())
        {
            var isBare = each.ValueKind == JsonValueKind.String;
            if (JobId.TryParse((isBare ? each : each.GetProperty("job_id")).GetString(), out var id) && id == missing)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{at}/{index}{(isBare ? "" : "/job_id")}");
            }

            index++;
        }

        return at;
    }
}
