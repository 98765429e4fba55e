using System.Globalization;
using System.Text;

namespace Pawl.Web.Live;

/// <summary>How far a reader has come: the last event, and where he is in each log. The <c>id:</c> of the stream.</summary>
/// <param name="Seq">The last event.</param>
/// <param name="Logs">Each log with its attempt and the byte to go on at.</param>
internal sealed record StreamPosition(long Seq, IReadOnlyDictionary<JobId, LogPlace> Logs)
{
    private const int MostLogs = 1_000;

    /// <summary>Such as <c>88123/901.2.5120</c>.</summary>
    public static bool TryParse(string text, out StreamPosition position)
    {
        position = new(0, new Dictionary<JobId, LogPlace>());
        var parts = text.Split('/', MostLogs);
        if (!TryNumber(parts[0], out var seq))
        {
            return false;
        }

        var logs = new Dictionary<JobId, LogPlace>();
        foreach (var part in parts.AsSpan(1))
        {
            if (part.Split('.') is not [var id, var attempt, var offset]
                || !JobId.TryParse(id, out var job)
                || !TryNumber(attempt, out var number) || number > int.MaxValue
                || !TryNumber(offset, out var at)
                || !logs.TryAdd(job, new((int)number, at)))
            {
                return false;
            }
        }

        position = new(seq, logs);
        return true;
    }

    /// <summary>As it is sent.</summary>
    public static string Text(long seq, IEnumerable<KeyValuePair<JobId, LogPlace>> logs)
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{seq}");
        foreach (var (job, place) in logs)
        {
            text.Append(CultureInfo.InvariantCulture, $"/{job}.{place.Attempt}.{place.Offset}");
        }

        return text.ToString();
    }

    private static bool TryNumber(string text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}

/// <summary>A place in the log of a job.</summary>
/// <param name="Attempt">Whose log; 0 before the first attempt.</param>
/// <param name="Offset">The byte to go on at.</param>
internal readonly record struct LogPlace(int Attempt, long Offset);
