using Pawl.Storage;

namespace Pawl.Sqlite;

internal sealed partial class SqliteStore
{
    private const string SelectRunnable = """
        select l.id, l.queue, l.type, sum(case c.state when 'queued' then c.n else -c.n end) as runnable
        from line l join line_count c on c.line_id = l.id
        where c.state in ('queued', 'held')
        group by l.id
        having runnable > 0
        order by l.queue, l.type
        """;

    private const string CountAtPriority = """
        select count(*) from (
            select 1 from job where line_id = @line and state = 'queued' and held is null and priority = @priority limit @most)
        """;

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<DepthRow>> DepthAsync(CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<DepthRow>>(
            db =>
            {
                var depth = new DepthCount();
                var lines = new List<(int Id, string Queue, string Type, long Runnable)>();
                for (var row = db.Use(SelectRunnable); row.Step();)
                {
                    lines.Add((row.Int(0), row.Text(1), row.Text(2), row.Long(3)));
                }

                lines.ForEach(line => depth.Add(line.Id, line.Queue, line.Type, line.Runnable, PrioritiesOf(db, line.Id)));
                while (depth.TryNext(out var most, out var parts))
                {
                    foreach (var (line, priority) in parts)
                    {
                        var count = AtPriority(db, line, priority, most);
                        depth.Found(line, priority, count, isAll: count < most);
                    }
                }

                return depth.Rows();
            },
            cancellationToken);

    /// <summary>The priorities that stand in a line, the highest first, by a leap from one to the next below.</summary>
    private static List<int> PrioritiesOf(Connection db, long line)
    {
        var priorities = new List<int>();
        for (var below = 1001; priorities.Count < DepthCount.MostPriorities;)
        {
            var row = db.Use(SelectNextPriority).Bind(line).Bind(below);
            var found = row.Step();
            below = found ? row.Int(0) : below;
            row.Reset();
            if (!found)
            {
                break;
            }

            priorities.Add(below);
        }

        return priorities;
    }

    private static long AtPriority(Connection db, long line, int priority, int most)
    {
        var row = db.Use(CountAtPriority).Bind(line).Bind(priority).Bind(most);
        row.Step();
        var count = row.Long(0);
        row.Reset();
        return count;
    }
}
