using Pawl.Storage;

namespace Pawl.Postgres;

/// <summary>Keeps retries that come due within their share of a queue's starts. Those over it stay scheduled, outside the index of what
/// comes due, and claims take them from there.</summary>
internal sealed partial class PostgresStore
{
    private const string SetJobAside = """
        update pawl.job_state set state = 'scheduled', reason = 'retry', deferred = true, row_version = row_version + 1
        where id = $1 and state = $2 and held is null and not deferred
        """;

    // The kept counts and what has been appended since: first attempts are those queued that are neither held nor retries.
    private const string SelectCrowds = """
        select l.queue, l.type,
            exists (select 1 from pawl.pause p where (p.queue = l.queue and p.type = '') or (p.queue = '' and p.type = l.type)),
            coalesce(n.first, 0) + coalesce(d.first, 0) > 0,
            coalesce(n.retries, 0) + coalesce(d.retries, 0) > 0,
            setting.retry_share
        from pawl.line l
        left join pawl.queue_setting setting on setting.queue = l.queue
        left join (
            select line_id, sum(case state when 'queued' then n when 'held' then -n when 'retry' then -n end) as first,
                sum(n) filter (where state in ('retry', 'deferred')) as retries
            from pawl.line_count group by line_id) n on n.line_id = l.id
        left join (
            select line_id, sum(counts[$1] - counts[$2] - counts[$3]) as first, sum(counts[$3] + counts[$4]) as retries
            from pawl.delta group by line_id) d on d.line_id = l.id
        """;

    /// <summary>What stands in each queue, and what its retries may do there.</summary>
    private async ValueTask<Dictionary<string, Crowd>> CrowdsAsync(Batch batch, PromoteRequest request)
    {
        var crowds = new Dictionary<string, Crowd>(StringComparer.Ordinal);
        await batch.Db.Use(SelectCrowds).Bind((int)JobState.Queued + 1).Bind(Line.Held + 1).Bind(Line.Retries + 1).Bind(Line.Deferred + 1)
            .EachAsync(row =>
            {
                var (queue, type, paused, firstAttempts, retries) = (row.Text(0), row.Text(1), row.Flag(2), row.Flag(3), row.Flag(4));
                if (!crowds.TryGetValue(queue, out var crowd))
                {
                    var share = row.DoubleOrNull(5) ?? request.RetryShare;
                    var room = share >= 1 || _memories.HasRetryRoom(queue, request.Now, share, request.RetryWindow);
                    crowds.Add(queue, crowd = new Crowd(room, free: share >= 1));
                }

                crowd.Add(type, paused, firstAttempts, retries);
            }).ConfigureAwait(false);
        return crowds;
    }

    /// <summary>Leaves a retry for the claims, which know what room there is. Its row is locked.</summary>
    private static void SetAside(Batch batch, Deferral job, long now)
    {
        batch.Db.Use(SetJobAside).Bind(job.Id).Bind(Words.Of(job.From)).Later();
        var to = Transitions.Next(job.From, JobEvent.Deferred)!.Value;
        batch.Move(job.Line, job.From, to);
        if (job.From == JobState.Queued)
        {
            batch.Retry(job.Line, 1, -1);
        }

        batch.Defer(job.Line, 1);
        batch.JobEvent(EventKind.RetryDeferred, job.Id, job.Generation, job.Attempt, job.From, to, now, "engine");
    }

    /// <summary>Counts a job out that leaves where a claim would look for it.</summary>
    private static void Leave(Batch batch, Head head)
    {
        if (head.InLine)
        {
            batch.Retry(head.Line, head.Failures, -1);
        }

        if (head.Deferred)
        {
            batch.Defer(head.Line, -1);
        }
    }

    private readonly record struct Deferral(long Id, Line Line, int Generation, int Attempt, JobState From);

    /// <summary>Who waits in one queue while a page of due jobs is moved.</summary>
    private sealed class Crowd(bool hasRetryRoom, bool free)
    {
        private readonly HashSet<string> _paused = new(StringComparer.Ordinal);
        private bool _firstAttempts;
        private bool _retries;

        /// <summary>Whether a retry that comes due must wait for a claim: first attempts wait, and there is no room or another has
        /// it.</summary>
        public bool RetriesWait => !free && _firstAttempts && (_retries || !hasRetryRoom);

        public void Add(string type, bool paused, bool firstAttempts, bool retries)
        {
            if (paused)
            {
                _paused.Add(type);
            }

            _firstAttempts |= firstAttempts && !paused;
            _retries |= retries;
        }

        /// <summary>A job that came due steps into its line.</summary>
        public void Enter(Line line, int failures)
        {
            _firstAttempts |= failures == 0 && !_paused.Contains(line.Type);
            _retries |= failures > 0;
        }
    }
}
