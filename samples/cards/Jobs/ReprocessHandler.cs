using Cards.Git;
using Pawl;

namespace Cards.Jobs;

/// <summary>Goes through the commits in batches, each first through the one stage and then through the other, and notes after each batch
/// where it is.</summary>
internal sealed class ReprocessHandler : IJobHandler<ReprocessCommits>
{
    /// <summary>So many commits are held in memory between the two stages.</summary>
    public const int Batch = 32;

    private const int StepsOfCommit = 2;

    public async Task HandleAsync(ReprocessCommits payload, JobContext job, CancellationToken cancellationToken)
    {
        var commits = payload.Commits.Select(CommitId.Parse).ToList();

        // After a failure the failed ones are tried again, wherever they stand; after a crash or a stop only the rest is left.
        var from = job.PreviousError is { Disposition: Disposition.Retry or Disposition.Fail } ? null : job.Checkpoint<Cursor>();
        job.Progress(job.CurrentProgress.Done, StepsOfCommit * (long)commits.Count, skipped: from?.Skipped);
        var stages = new StageWalk(new GitCommand(payload.Repository), job);
        for (var next = from?.Next ?? 0; next < commits.Count;)
        {
            var batch = commits.GetRange(next, Math.Min(Batch, commits.Count - next));
            await stages.DoAsync(batch, cancellationToken).ConfigureAwait(false);
            next += batch.Count;
            await job.SaveAsync(
                new Cursor(next, job.CurrentProgress.Skipped),
                new CheckpointOptions { CursorKind = CursorKind.Unsorted, LastItemKey = batch[^1].ToString() },
                cancellationToken).ConfigureAwait(false);
        }
    }
}
