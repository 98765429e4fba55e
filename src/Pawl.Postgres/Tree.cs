using Pawl.Storage;

namespace Pawl.Postgres;

internal sealed partial class PostgresStore
{
    private const string SelectChildren = """
        select id from pawl.job where parent_id = any($1) order by parent_id, id limit $2
        """;

    private const string SelectTree = """
        select j.id, case when t.id is not null then t.state when d.job_id is not null then 'succeeded' end
        from pawl.job j left join pawl.job_state t on t.id = j.id left join pawl.done d on d.job_id = j.id
        where j.id = any($1)
        """;

    private const string SelectAllProgress = "select total, done, failed, skipped, updated_at from pawl.progress where job_id = any($1)";
    private const string SumMetrics = """
        select m.key, sum(m.value::double precision)
        from pawl.item_run r cross join lateral json_each_text(r.metrics::json) m
        where r.job_id = any($1) and r.metrics is not null
        group by m.key
        """;

    /// <summary>How many jobs one answer looks at.</summary>
    private const int MostInTree = 50_000;

    /// <inheritdoc/>
    public ValueTask<JobTree?> TreeAsync(JobId root, CancellationToken cancellationToken) =>
        ReadAsync(db => TreeAsync(db, root), cancellationToken);

    private static async ValueTask<JobTree?> TreeAsync(Session db, JobId root)
    {
        var sums = new TreeSums();

        // Level by level. A parent is there before its children, so this comes to an end.
        var (levels, partial) = (0, false);
        for (List<long> level = [root.Value]; level.Count > 0; levels++)
        {
            long[] parents = [.. level];
            await StandAsync(db, parents, sums).ConfigureAwait(false);
            if (sums.Jobs == 0)
            {
                return null;
            }

            var room = MostInTree - (int)sums.Jobs;
            level = await db.Use(SelectChildren).Bind(parents).Bind(room + 1).ListAsync(static row => row.Long(0)).ConfigureAwait(false);
            if (level.Count > room)
            {
                level.RemoveAt(level.Count - 1);
                partial = true;
            }
        }

        return sums.Of(root, levels, partial);
    }

    private static async ValueTask StandAsync(Session db, long[] ids, TreeSums sums)
    {
        var plain = new List<long>();
        await db.Use(SelectTree).Bind(ids).EachAsync(row =>
        {
            if (row.StateOrNull(1) is { } state)
            {
                sums.Add(state);
            }
            else
            {
                plain.Add(row.Long(0));
            }
        }).ConfigureAwait(false);
        var held = await Held.OfAsync(db, plain).ConfigureAwait(false);
        foreach (var id in plain)
        {
            sums.Add(held.Find(id) is null ? JobState.Queued : JobState.Running);
        }

        await db.Use(SelectAllProgress).Bind(ids).EachAsync(row => sums.Add(
            row.LongOrNull(0), row.Long(1), row.Long(2), row.Long(3), row.Time(4))).ConfigureAwait(false);
        await db.Use(SumMetrics).Bind(ids).EachAsync(row => sums.Add(row.Text(0), row.Double(1))).ConfigureAwait(false);
    }
}
