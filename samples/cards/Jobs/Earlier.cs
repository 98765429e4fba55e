using Pawl;

namespace Cards.Jobs;

/// <summary>What an earlier start of the program left open for the same repository.</summary>
/// <param name="Reprocess">The job that goes through the commits.</param>
/// <param name="Export">The job that writes the deck.</param>
/// <param name="IsSame">It is what is asked for now: it is gone on with.</param>
internal sealed record Earlier(Job? Reprocess, Job? Export, bool IsSame)
{
    private static readonly JobState[] Open = [JobState.Scheduled, JobState.Blocked, JobState.Queued, JobState.Running];

    /// <summary>It is to be stopped, by the person's wish or because another version of the program began it.</summary>
    public bool Unwanted { get; init; }

    /// <summary>Something is open, and it is not what is asked for now.</summary>
    public bool IsOther => !IsSame && !Unwanted && (Reprocess ?? Export) is not null;

    public static async Task<Earlier> FindAsync(IJobs jobs, Order order, CancellationToken cancellationToken)
    {
        var reprocess = await FindAsync<ReprocessCommits>(jobs, "cards.reprocess", order.Key, cancellationToken).ConfigureAwait(false);
        var export = await FindAsync<ExportDeck>(jobs, "cards.export", order.Key, cancellationToken).ConfigureAwait(false);
        var same = reprocess is { } first && first.Value.IsLike(order.Reprocess) && first.Job.Force == order.Force
            && (export is not { } second || second.Value.IsLike(order.Export));
        return new(reprocess?.Job, export?.Job, same) { Unwanted = Outdated(reprocess?.Job) || Outdated(export?.Job) };
    }

    // Its results would be recorded under the old version, but today's code would make them.
    private static bool Outdated(Job? job) =>
        job is not null && !Stages.Versions.Parts.All(part => job.Versions.GetValueOrDefault(part.Name) == part.Version);

    private static async Task<(Job Job, T Value)?> FindAsync<T>(IJobs jobs, string type, string key, CancellationToken cancellationToken)
    {
        JobPosition? after = null;
        do
        {
            var page = await jobs.ListAsync(new JobFilter { Type = type, States = Open, After = after, Limit = 1_000 }, cancellationToken)
                .ConfigureAwait(false);
            if (page.Jobs.FirstOrDefault(job => job.UniqueKey == key) is { } found)
            {
                return (found, JobRun.Read<T>(found.Payload));
            }

            after = page.Next;
        }
        while (after is not null);

        return null;
    }
}
