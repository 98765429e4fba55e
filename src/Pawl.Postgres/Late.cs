namespace Pawl.Postgres;

/// <summary>Dependencies of jobs that came with a caller's transaction.</summary>
internal sealed partial class PostgresStore
{
    private const string InsertLate = "insert into pawl.late (job_id) values ($1)";
    private const string SelectLate = "select job_id from pawl.late order by job_id limit $1 for update skip locked";
    private const string DropLate = "delete from pawl.late where job_id = any($1)";
    private const string SelectOpenEdges = """
        select on_job_id, accept, on_failed from pawl.dependency where job_id = $1 and not met order by on_job_id
        """;

    /// <summary>Leaves a job that waits for others to the first look after the commit.</summary>
    private static void LeaveLate(Batch batch, Draft draft)
    {
        if (draft.Edges.Any(edge => !edge.Met))
        {
            batch.Db.Use(InsertLate).Bind(draft.Id).Later();
            batch.Scheduled(Micros.ToTime(draft.RunAt));   // rings for the chore that comes by here
        }
    }

    /// <summary>Tells the jobs of transactions that were committed since what became of those they wait for. Whether there may be
    /// more.</summary>
    private static async ValueTask<bool> MeetLateAsync(Batch batch, long now, int count)
    {
        var late = await batch.Db.Use(SelectLate).Bind(count).ListAsync(static row => row.Long(0)).ConfigureAwait(false);
        foreach (var id in late)
        {
            var edges = await batch.Db.Use(SelectOpenEdges).Bind(id).ListAsync(static row => (
                On: row.Long(0), Accept: row.Word<DependencyWhen>(1), OnFailed: row.Word<DependencyOnFailed>(2))).ConfigureAwait(false);
            foreach (var (on, accept, onFailed) in edges)
            {
                // Locked from here on: it has ended, or its end finds the edge. One that is gone was purged, so it had ended.
                var state = await AwaitAsync(batch, new JobId(on)).ConfigureAwait(false) ?? JobState.Cancelled;
                if (Transitions.IsTerminal(state))
                {
                    await MeetAsync(batch, id, on, accept, onFailed, state, now).ConfigureAwait(false);
                }
            }
        }

        if (late.Count > 0)
        {
            batch.Db.Use(DropLate).Bind([.. late]).Later();
        }

        return late.Count == count;
    }
}
