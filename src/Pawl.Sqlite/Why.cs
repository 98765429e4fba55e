using Pawl.Storage;

namespace Pawl.Sqlite;

internal sealed partial class SqliteStore
{
    private const string SelectPausesOf = """
        select type, at, by, reason, until from pause where (queue = @queue and type = '') or (queue = '' and type = @type)
        """;

    private const string SelectQueueLimitOf = "select max_running from queue_limit where queue = @queue";
    private const string SelectKeyRunning = """
        select id from job where concurrency_key = @key and state = 'running' order by id limit 100
        """;

    private const string SelectLinesOf = """
        select l.id, coalesce((select n from line_count where line_id = l.id and state = 'running'), 0) from line l where l.queue = @queue
        """;

    // the front of the line in its order, as far as it is counted
    private const string CountAbove = """
        select count(*) from (
            select 1 from job where line_id = @line and state = 'queued' and held is null and priority > @priority limit @most)
        """;

    private const string CountBeside = """
        select count(*) from (
            select 1 from job
            where line_id = @line and state = 'queued' and held is null and priority = @priority and (run_at, id) < (@run_at, @id)
            limit @most)
        """;

    /// <inheritdoc/>
    public ValueTask<WhyFacts?> WhyAsync(JobId job, CancellationToken cancellationToken) =>
        ReadJobsAsync(null, db => JobOf(db, job) is { } found ? Why(db, found) : null, cancellationToken);

    private static WhyFacts Why(Connection db, Job job)
    {
        var facts = new WhyFacts { Job = job };
        for (var row = db.Use(SelectPausesOf).Bind(job.Queue).Bind(job.Type); row.Step();)
        {
            var pause = new PauseFacts(row.Time(1), row.TextOrNull(2), row.TextOrNull(3), row.TimeOrNull(4));
            facts = row.Text(0).Length == 0 ? facts with { QueuePause = pause } : facts with { TypePause = pause };
        }

        var limit = db.Use(SelectQueueLimitOf).Bind(job.Queue);
        facts = facts with { QueueMaxRunning = limit.Step() ? limit.Int(0) : null };
        limit.Reset();
        if (job.ConcurrencyKey is { } key)
        {
            var most = db.Use(SelectKeyLimit).Bind(key);
            facts = facts with { KeyMaxRunning = most.Step() ? most.Int(0) : 1 };
            most.Reset();
            var running = new List<JobId>();
            for (var row = db.Use(SelectKeyRunning).Bind(key); row.Step();)
            {
                running.Add(new JobId(row.Long(0)));
            }

            facts = facts with { KeyRunning = running };
        }

        var lines = new List<(long Id, long Running)>();
        for (var row = db.Use(SelectLinesOf).Bind(job.Queue); row.Step();)
        {
            lines.Add((row.Long(0), row.Long(1)));
        }

        return facts with { QueueRunning = lines.Sum(static line => line.Running), Ahead = Ahead(db, job, lines) };
    }

    private static long Ahead(Connection db, Job job, List<(long Id, long Running)> lines)
    {
        var ahead = 0L;
        foreach (var (line, _) in job.State == JobState.Queued ? lines : [])
        {
            ahead += Counted(db.Use(CountAbove).Bind(line).Bind(job.Priority).Bind(Room()));
            ahead += Counted(db.Use(CountBeside).Bind(line).Bind(job.Priority).Bind(job.RunAt).Bind(job.Id).Bind(Room()));
        }

        return ahead;

        long Room() => Math.Max(0, WhyFacts.MostAhead - ahead);

        static long Counted(Statement row)
        {
            var n = row.Step() ? row.Long(0) : 0;
            row.Reset();
            return n;
        }
    }
}
