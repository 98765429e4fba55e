using Pawl.Cli.Settings;
using Pawl.Storage;

namespace Pawl.Cli.Stores;

/// <summary>Retention at once, slice by slice.</summary>
internal static class Prune
{
    /// <summary>Counts what would be removed, by state; needs no ownership of a file.</summary>
    public static async Task<IReadOnlyDictionary<string, long>> PreviewAsync(
        StoreChoice choice, TimeSpan? keep, CancellationToken cancellationToken)
    {
        var (now, usual) = (TimeProvider.System.GetUtcNow(), new RetentionOptions());
        var (before, failedBefore) = (now - (keep ?? usual.Keep), now - (keep ?? usual.KeepFailed));
        if (choice.IsPostgres)
        {
            return await PostgresDatabase.DoomedAsync(choice, before, failedBefore, cancellationToken).ConfigureAwait(false);
        }

        using var file = SqliteFile.Open(choice.Path);
        return file.Doomed(before, failedBefore);
    }

    /// <summary>Removes what is kept no longer.</summary>
    /// <param name="store">Open, and with its tables.</param>
    /// <param name="keep">How long succeeded and cancelled jobs are kept; null for the usual.</param>
    /// <param name="keepFailed">How long failed jobs are kept; null for the usual.</param>
    /// <param name="told">Is told how many are gone after each slice.</param>
    /// <param name="cancellationToken">Ends it between two slices.</param>
    /// <exception cref="CliException"><c>lock_held</c>: another process does the chores.</exception>
    public static async Task<long> RunAsync(
        IJobStore store, TimeSpan? keep, TimeSpan? keepFailed, Action<long> told, CancellationToken cancellationToken)
    {
        var clock = store.Clock;
        var usual = new RetentionOptions();
        var worker = await store.RegisterAsync(
            new()
            {
                Name = "pawl db prune",
                Host = Environment.MachineName,
                Pid = Environment.ProcessId,
                Version = ProgramVersion.Text,
                Slots = 1,
            },
            clock.GetUtcNow(),
            cancellationToken).ConfigureAwait(false);
        var lead = await store.LeadAsync(new(worker), cancellationToken).ConfigureAwait(false);
        if (!lead.Mine)
        {
            await LeaveAsync(store, worker, clock).ConfigureAwait(false);
            throw new CliException(
                "lock_held",
                $"worker {lead.Leader} of a running server does the chores, retention among them",
                "it prunes by itself; stop the servers to prune by hand",
                ExitCode.Unavailable);
        }

        var (removed, after) = (0L, (JobId?)default(JobId));
        try
        {
            while (after is { } from)
            {
                var reply = await store.RetainAsync(
                    new()
                    {
                        Term = lead.Term,
                        Now = clock.GetUtcNow(),
                        After = from,
                        Keep = keep ?? usual.Keep,
                        KeepFailed = keepFailed ?? usual.KeepFailed,
                    },
                    cancellationToken).ConfigureAwait(false);
                removed += reply.Removed;
                told(removed);
                after = reply.Accepted ? reply.Next : null;
            }
        }
        finally
        {
            await store.LeadAsync(new(worker, Leave: true), CancellationToken.None).ConfigureAwait(false);
            await LeaveAsync(store, worker, clock).ConfigureAwait(false);
        }

        return removed;
    }

    private static ValueTask<HeartbeatReply> LeaveAsync(IJobStore store, long worker, TimeProvider clock) => store.HeartbeatAsync(
        new() { WorkerId = worker, Beat = 2, Now = clock.GetUtcNow(), Leaving = true }, CancellationToken.None);
}
