namespace Pawl.Postgres;

internal sealed partial class PostgresStore
{
    // Line by line along the index: a key may have thousands that wait, in few lines.
    private const string SelectWaiters = """
        with recursive waiting (line_id) as (
            (select line_id from pawl.job_state where concurrency_key = $1 and held is not null order by line_id limit 1)
            union all
            select (
                select s.line_id from pawl.job_state s
                where s.concurrency_key = $1 and s.held is not null and s.line_id > waiting.line_id
                order by s.line_id limit 1)
            from waiting where waiting.line_id is not null
        )
        select (
            select s.id from pawl.job_state s
            where s.concurrency_key = $1 and s.line_id = waiting.line_id and s.held is not null
            order by s.priority desc, s.run_at, s.id limit 1) as id
        from waiting where waiting.line_id is not null
        order by id
        """;

    private const string Unhold = """
        update pawl.job_state set held = null
        where id = $1 and state = 'queued' and held is not null
        returning line_id, priority, failures
        """;

    /// <summary>A key has room: the first of each line that waits for it steps back into its line, and the first to be claimed gets
    /// it.</summary>
    /// <remarks>One of each line, because the first of all may stand in a line that is paused or that no worker serves. Under the key's
    /// lock, or a claim that has seen the key full could hold a job just after this has looked for one.</remarks>
    private static async ValueTask FreeKeyAsync(Batch batch, string? key)
    {
        if (key is null)
        {
            return;
        }

        await KeyLock.TakeAsync(batch, [KeyLock.Of("concurrency", key)]).ConfigureAwait(false);
        for (var again = true; again;)
        {
            again = false;
            foreach (var id in await batch.Db.Use(SelectWaiters).Bind(key).ListAsync(static row => row.Long(0)).ConfigureAwait(false))
            {
                var waiter = await batch.Db.Use(Unhold).Bind(id)
                    .ValueAsync(static row => (Line: row.Int(0), Priority: row.Int(1), Failures: row.Int(2))).ConfigureAwait(false);
                if (waiter is not var (lineId, priority, failures))
                {
                    again = true;   // cancelled or edited while we waited for its row: the next one is to be asked
                    continue;
                }

                var line = await batch.LineAsync(lineId).ConfigureAwait(false);
                batch.Hold(line, -1);
                batch.Retry(line, failures, 1);
                batch.Runnable(priority);
            }
        }
    }
}
