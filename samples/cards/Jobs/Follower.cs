using Cards.Face;
using Pawl;

namespace Cards.Jobs;

/// <summary>Tells of a job what it stores about itself: progress, and one line in the log for each commit.</summary>
internal sealed class Follower(IJobs jobs, TimeProvider clock)
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(150);

    /// <param name="id">The job.</param>
    /// <param name="after">Attempts up to this one are not told of: another program did.</param>
    /// <param name="watch">Who is told.</param>
    /// <param name="cancellationToken">Stops following; the job is not touched.</param>
    /// <returns>The job when it has ended.</returns>
    public async Task<Job> FollowAsync(JobId id, int after, Watch watch, CancellationToken cancellationToken)
    {
        var (attempt, offset) = (after + 1, 0L);
        while (true)
        {
            // The job first: if it has ended, what is read of its log afterwards is all of it.
            var job = await jobs.GetAsync(id, cancellationToken).ConfigureAwait(false);
            while (attempt <= job.Attempt)
            {
                var part = await jobs.LogAsync(id, attempt, offset, cancellationToken).ConfigureAwait(false);
                foreach (var result in CommitLog.Read(part.Text))
                {
                    watch.Commit(result);
                }

                offset = part.NextOffset;
                if (part.Text.Length > 0)
                {
                    continue;
                }

                if (attempt == job.Attempt)
                {
                    break;
                }

                (attempt, offset) = (attempt + 1, 0);
            }

            if (job.Progress is { } progress)
            {
                watch.Progress(progress);
            }

            if (job.State is JobState.Succeeded or JobState.Failed or JobState.Cancelled)
            {
                return job;
            }

            await Task.Delay(Pace, clock, cancellationToken).ConfigureAwait(false);
        }
    }
}
