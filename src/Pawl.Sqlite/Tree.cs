using Pawl.Storage;

namespace Pawl.Sqlite;

internal sealed partial class SqliteStore
{
    private const string SelectChildren = "select id from job_body where parent_id = @parent order by id limit @count";
    private const string SelectStanding = """
        select j.state, p.total, p.done, p.failed, p.skipped, p.message, p.updated_at
        from job j left join progress p on p.job_id = j.id
        where j.id = @id
        """;

    private const string SumMetrics = """
        select m.key, sum(m.value) from item_run r, json_each(r.metrics) m
        where r.job_id = @job and r.metrics is not null
        group by m.key
        """;

    /// <summary>How many jobs one answer looks at.</summary>
    private const int MostInTree = 50_000;

    /// <inheritdoc/>
    public ValueTask<JobTree?> TreeAsync(JobId root, CancellationToken cancellationToken) =>
        ReadJobsAsync(null, db => Tree(db, root), cancellationToken);

    private static JobTree? Tree(Connection db, JobId root)
    {
        var sums = new TreeSums();
        if (!Stand(db, root.Value, sums))
        {
            return null;
        }

        // Level by level. A parent is there before its children, so this comes to an end.
        var (levels, partial) = (1, false);
        for (List<long> level = [root.Value]; ;)
        {
            var below = new List<long>();
            foreach (var parent in level)
            {
                var room = MostInTree - (int)sums.Jobs - below.Count;
                var before = below.Count;
                for (var row = db.Use(SelectChildren).Bind(parent).Bind(room + 1L); row.Step();)
                {
                    below.Add(row.Long(0));
                }

                if (below.Count - before > room)
                {
                    below.RemoveAt(below.Count - 1);
                    partial = true;
                    break;
                }
            }

            if (below.Count == 0)
            {
                return sums.Of(root, levels, partial);
            }

            levels++;
            foreach (var id in below)
            {
                Stand(db, id, sums);
            }

            level = below;
        }
    }

    private static bool Stand(Connection db, long id, TreeSums sums)
    {
        var row = db.Use(SelectStanding).Bind(id);
        if (!row.Step())
        {
            return false;
        }

        sums.Add(row.State(0));
        if (!row.IsNull(2))
        {
            sums.Add(row.LongOrNull(1), row.Long(2), row.Long(3), row.Long(4), row.Time(6));
        }

        row.Reset();
        for (var figures = db.Use(SumMetrics).Bind(id); figures.Step();)
        {
            sums.Add(figures.Text(0), figures.Double(1));
        }

        return true;
    }
}
