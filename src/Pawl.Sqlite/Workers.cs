using Pawl.Storage;

namespace Pawl.Sqlite;

internal sealed partial class SqliteStore
{
    private const string SelectWorkers = """
        select w.id, w.facts, w.opening, w.remote, w.beat, w.gone, w.draining, w.slots_used, w.started_at, w.seen_at,
            (select count(*) from job j where j.worker_id = w.id), w.cpu, w.memory_bytes, w.drain,
            w.gone = 0 or w.id in (select g.id from worker g where g.gone = 1 order by g.seen_at desc, g.id desc limit @most)
        from worker w
        order by w.id
        """;

    private const string SelectJobsOfWorkers = "select worker_id, id from job where worker_id is not null order by worker_id, id";
    private const int MostJobsShown = 1_000;

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<WorkerRow>> WorkersAsync(CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<WorkerRow>>(
            db =>
            {
                var workers = new List<WorkerRow>();
                var jobs = JobsOfWorkers(db);
                var (hidden, hiddenJobs) = _batch.Leases.Hidden();
                for (var row = db.Use(SelectWorkers).Bind(WorkerRow.MostGone); row.Step();)
                {
                    var (id, running) = (row.Long(0), row.Int(10) + hidden.GetValueOrDefault(row.Long(0)));
                    if (running == 0 && !row.Flag(14))
                    {
                        continue;
                    }

                    // This process alone owns the file: a local worker that registered in an earlier opening died with its process.
                    var dead = !row.Flag(3) && row.Long(2) != _opening;
                    workers.Add(new WorkerRow(
                        id, StoreJson.ReadFacts(row.Text(1)), row.Long(4), row.Flag(5), dead, row.Flag(6),
                        row.Int(7), row.Time(8), row.Time(9), running)
                    {
                        Cpu = row.DoubleOrNull(11),
                        MemoryBytes = row.LongOrNull(12),
                        Drain = row.Flag(13),
                        Jobs = [.. (jobs.GetValueOrDefault(id) ?? []).Concat(hiddenJobs[id]).Order().Take(MostJobsShown)],
                    });
                }

                return workers;
            },
            cancellationToken);

    private static Dictionary<long, List<JobId>> JobsOfWorkers(Connection db)
    {
        var jobs = new Dictionary<long, List<JobId>>();
        for (var row = db.Use(SelectJobsOfWorkers); row.Step();)
        {
            var worker = row.Long(0);
            if (!jobs.TryGetValue(worker, out var list))
            {
                jobs.Add(worker, list = []);
            }

            if (list.Count < MostJobsShown)
            {
                list.Add(new JobId(row.Long(1)));
            }
        }

        return jobs;
    }
}
