using System.Text.Json;
using Cards.Face;
using Cards.Git;
using Microsoft.Extensions.Logging;

namespace Cards.Jobs;

/// <summary>One line in the attempt's log for each commit that was done, written by the handler and read by whoever follows the
/// job.</summary>
internal static partial class CommitLog
{
    [LoggerMessage(1, LogLevel.Information, "{commit}: {cards} cards ({subject}) {because}")]
    public static partial void Made(ILogger logger, string commit, int cards, string subject, string? because);

    [LoggerMessage(2, LogLevel.Warning, "{commit}: {error}")]
    public static partial void Failed(ILogger logger, string commit, string error);

    /// <summary>The commits that whole lines of a log tell of. Other lines are passed over.</summary>
    public static IEnumerable<CommitResult> Read(ReadOnlyMemory<byte> lines)
    {
        for (var end = 0; (end = lines.Span.IndexOf((byte)'\n')) >= 0; lines = lines[(end + 1)..])
        {
            using var line = JsonDocument.Parse(lines[..end]);
            var fields = line.RootElement.GetProperty("fields");
            if (fields.TryGetProperty("commit", out var commit) && CommitId.TryParse(commit.GetString(), out var id))
            {
                yield return fields.TryGetProperty("error", out var error)
                    ? new CommitResult(id, "", 0, Error: error.GetString())
                    : new CommitResult(
                        id,
                        fields.GetProperty("subject").GetString() ?? "",
                        fields.GetProperty("cards").GetInt32(),
                        fields.GetProperty("because").GetString());
            }
        }
    }
}
