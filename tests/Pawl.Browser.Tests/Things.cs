using System.Text;
using Microsoft.Extensions.Logging;

namespace Pawl.Browser.Tests;

/// <summary>Does items of the dataset <c>things</c>, keeps a file, logs at two levels and says something to people.</summary>
/// <param name="Keys">The items; those that begin with <c>bad</c> fail.</param>
[Job("things", Versions = "parser-2")]
public sealed record Things(IReadOnlyList<string> Keys);

internal sealed class ThingsHandler : IJobHandler<Things>
{
    public async Task HandleAsync(Things payload, JobContext job, CancellationToken cancellationToken)
    {
        job.Logger.LogInformation("everything begins");
        job.Logger.LogWarning("something is odd");
        await job.Items("things").ForEachAsync(
            payload.Keys,
            static key => (key, $"hash of {key}"),
            static (key, _) => key.StartsWith("bad", StringComparison.Ordinal)
                ? throw new JobException(ErrorCategory.InvalidInput, $"{key} is no good")
                : Task.CompletedTask,
            cancellationToken);
        await job.AttachAsync("things.txt", Encoding.UTF8.GetBytes("all of them"), cancellationToken: cancellationToken);
        await job.NoticeAsync($"{payload.Keys.Count} things made", cancellationToken);
    }
}
