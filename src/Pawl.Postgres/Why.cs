using Pawl.Storage;

namespace Pawl.Postgres;

internal sealed partial class PostgresStore
{
    private const string SelectPausesOf = """
        select type, at, by, reason, until from pawl.pause where (queue = $1 and type = '') or (queue = '' and type = $2)
        """;

    private const string SelectQueueLimitOf = "select max_running::bigint from pawl.queue_limit where queue = $1";
    private const string SelectKeyMost = "select max_running::bigint from pawl.key_limit where key = $1";
    private const string SelectKeyRunning = """
        select id from pawl.job_state where concurrency_key = $1 and state = 'running' order by id limit 100
        """;

    // the front of the line in its order, as far as it is counted; a run counts with all its jobs
    private const string CountAbove = """
        select coalesce((select sum(run.n) from (
                select hi - lo + 1 as n from pawl.ready where line_id = $1 and priority > $2 limit $3) run), 0)::bigint
            + (select count(*) from (
                select 1 from pawl.job_state
                where line_id = $1 and state = 'queued' and held is null and priority > $2 limit $3) own)
        """;

    private const string CountBeside = """
        select coalesce((select sum(run.n) from (
                select least(hi, case when run_at < $3 then hi else $4 - 1 end) - lo + 1 as n from pawl.ready
                where line_id = $1 and priority = $2 and (run_at, lo) < ($3, $4) limit $5) run), 0)::bigint
            + (select count(*) from (
                select 1 from pawl.job_state
                where line_id = $1 and state = 'queued' and held is null and priority = $2 and (run_at, id) < ($3, $4) limit $5) own)
        """;

    /// <inheritdoc/>
    public ValueTask<WhyFacts?> WhyAsync(JobId job, CancellationToken cancellationToken) =>
        ReadAsync(
            async db => await JobsOfAsync(db, [job]).ConfigureAwait(false) is [var found]
                ? await WhyAsync(db, found).ConfigureAwait(false)
                : null,
            cancellationToken);

    private static async ValueTask<WhyFacts> WhyAsync(Session db, Job job)
    {
        var facts = new WhyFacts { Job = job };
        await db.Use(SelectPausesOf).Bind(job.Queue).Bind(job.Type).EachAsync(row =>
        {
            var pause = new PauseFacts(row.Time(1), row.TextOrNull(2), row.TextOrNull(3), row.TimeOrNull(4));
            facts = row.Text(0).Length == 0 ? facts with { QueuePause = pause } : facts with { TypePause = pause };
        }).ConfigureAwait(false);
        facts = facts with { QueueMaxRunning = (int?)await db.Use(SelectQueueLimitOf).Bind(job.Queue).NumberAsync().ConfigureAwait(false) };
        if (job.ConcurrencyKey is { } key)
        {
            facts = facts with
            {
                KeyMaxRunning = (int?)await db.Use(SelectKeyMost).Bind(key).NumberAsync().ConfigureAwait(false) ?? 1,
                KeyRunning = await db.Use(SelectKeyRunning).Bind(key).ListAsync(static row => new JobId(row.Long(0))).ConfigureAwait(false),
            };
        }

        var lines = new HashSet<int>();
        await db.Use(SelectAllLines).EachAsync(row => _ = row.Text(1) == job.Queue && lines.Add(row.Int(0))).ConfigureAwait(false);
        var running = 0L;
        await db.Use(SelectLineCounts).Bind(Line.CountNames).EachAsync(
            row => running += lines.Contains(row.Int(0)) && row.Text(1) == "running" ? row.Long(2) : 0).ConfigureAwait(false);
        return facts with { QueueRunning = running, Ahead = await AheadAsync(db, job, lines).ConfigureAwait(false) };
    }

    private static async ValueTask<long> AheadAsync(Session db, Job job, IEnumerable<int> lines)
    {
        var ahead = 0L;
        foreach (var line in job.State == JobState.Queued ? lines : [])
        {
            ahead += await db.Use(CountAbove).Bind(line).Bind(job.Priority).Bind(WhyFacts.MostAhead)
                .NumberAsync().ConfigureAwait(false) ?? 0;
            ahead += await db.Use(CountBeside).Bind(line).Bind(job.Priority).Bind(job.RunAt).Bind(job.Id).Bind(WhyFacts.MostAhead)
                .NumberAsync().ConfigureAwait(false) ?? 0;
        }

        return Math.Min(ahead, WhyFacts.MostAhead);
    }
}
