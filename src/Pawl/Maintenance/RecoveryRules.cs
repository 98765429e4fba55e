using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pawl.Maintenance;

/// <summary>Which rule speaks for a job. Pure: what must be asked or read is for the sweep.</summary>
internal static class RecoveryRules
{
    /// <summary>How often the sweep recovers one job.</summary>
    public const int Cap = 3;

    /// <summary>Judges a failed job that nobody has dismissed.</summary>
    public static RecoveryPick OfFailed(Job job, ChoreType? type)
    {
        if (job.Error is not { } error)
        {
            return RecoveryPick.None("it has no recorded error");
        }

        if (type is null)
        {
            return RecoveryPick.None($"its type '{job.Type}' is not registered here");
        }

        if (job.Recoveries >= Cap)
        {
            return RecoveryPick.None($"it was recovered {job.Recoveries} times already");
        }

        return error.Category switch
        {
            ErrorCategory.Network or ErrorCategory.Timeout or ErrorCategory.ProviderError or ErrorCategory.ResourceExhausted
                or ErrorCategory.Internal => OfRetryable(error, type),
            ErrorCategory.Auth => new(RecoveryRule.Token, "its credential was refused", NeedsYes: true),
            ErrorCategory.NotFound or ErrorCategory.Configuration when error.Code == "account_missing" =>
                new(RecoveryRule.Account, "its account was missing", NeedsYes: true),
            ErrorCategory.InvalidInput or ErrorCategory.Configuration => OfMapping(job, type),
            var category => RecoveryPick.None($"{Words.Of(category)} ({error.Code}) does not pass by itself"),
        };
    }

    /// <summary>Judges a running job.</summary>
    /// <param name="job">The job.</param>
    /// <param name="type">Its type, where it is known.</param>
    /// <param name="owned">Whether a known worker has it.</param>
    /// <param name="silence">For how long it has made no progress.</param>
    /// <param name="asked">Whether somebody asked for stuck jobs to be requeued.</param>
    /// <returns>Null when nothing is wrong with it.</returns>
    public static RecoveryPick? OfRunning(Job job, ChoreType? type, bool owned, TimeSpan silence, bool asked)
    {
        if (!owned)
        {
            return new(RecoveryRule.Orphan, "it is running, but no worker has it");
        }

        type ??= new ChoreType { Name = job.Type };
        if (silence < type.StuckAfter)
        {
            return null;
        }

        var reason = $"no progress for {(long)silence.TotalSeconds} s on attempt {job.Attempt}";
        return job.Recoveries >= Cap ? RecoveryPick.None($"{reason}; it was recovered {job.Recoveries} times already")
            : asked || type.OnStuck == OnStuck.Requeue
            ? new(RecoveryRule.Stuck, reason)
            : RecoveryPick.None($"{reason}; its type asks for an alert only");
    }

    /// <summary>How old the last sign of progress is by the wall clock: for people who ask, never for what happens by itself.</summary>
    public static TimeSpan Age(Job job, DateTimeOffset now)
    {
        DateTimeOffset?[] signs = [job.StartedAt, job.Progress?.UpdatedAt, job.Checkpoint?.SavedAt];
        return now - (signs.Max() ?? now);
    }

    private static RecoveryPick OfRetryable(JobError error, ChoreType type) =>
        !type.Retryable ? RecoveryPick.None("its type is not to be retried")
        : error.Code == "corrupt" ? RecoveryPick.None("its stored row is damaged")
        : error.Detail is JsonObject detail && detail["retryable"] is JsonValue said && said.GetValueKind() == JsonValueKind.False
            ? RecoveryPick.None("its handler said that it is not retryable")
        : new(RecoveryRule.Retryable, $"{error.Code} may have passed");

    private static RecoveryPick OfMapping(Job job, ChoreType type)
    {
        var versions = type.Versions.Any(part => job.Versions.GetValueOrDefault(part.Key) != part.Value);
        var configuration = type.Configuration is { } word && word != job.Error?.Configuration;
        if (!versions && !configuration)
        {
            return new(RecoveryRule.MappingFixed, "nothing of its type has changed since", NeedsYes: true);
        }

        // Both, whichever has changed: a job that was recovered for the one is recovered again for the other.
        var parts = type.Versions.OrderBy(part => part.Key, StringComparer.Ordinal).Select(part => $"{part.Key}-{part.Value}");
        var now = string.Join('/', parts) + (type.Configuration is { } set ? $"#{set}" : "");
        return new(RecoveryRule.MappingFixed, $"its type is at {now} since", Key: now);
    }
}
