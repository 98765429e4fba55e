using Pawl.Storage;

namespace Pawl.Sqlite;

internal sealed partial class SqliteStore
{
    private const string SelectWorkers = """
        select w.id, w.facts, w.opening, w.remote, w.beat, w.gone, w.draining, w.slots_used, w.started_at, w.seen_at,
            (select count(*) from job j where j.worker_id = w.id)
        from worker w
        order by w.id
        """;

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<WorkerRow>> WorkersAsync(CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<WorkerRow>>(
            db =>
            {
                var workers = new List<WorkerRow>();
                for (var row = db.Use(SelectWorkers); row.Step();)
                {
                    // This process alone owns the file: a local worker that registered in an earlier opening died with its process.
                    var dead = !row.Flag(3) && row.Long(2) != _opening;
                    workers.Add(new WorkerRow(
                        row.Long(0), StoreJson.ReadFacts(row.Text(1)), row.Long(4), row.Flag(5), dead, row.Flag(6),
                        row.Int(7), row.Time(8), row.Time(9), row.Int(10) + _batch.Leases.HiddenOf(row.Long(0))));
                }

                return workers;
            },
            cancellationToken);
}
