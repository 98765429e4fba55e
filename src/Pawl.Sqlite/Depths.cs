using Pawl.Storage;

namespace Pawl.Sqlite;

internal sealed partial class SqliteStore
{
    private const string DropDepths = "delete from depth_minute where minute = @minute";
    private const string KeepDepth = "insert into depth_minute (minute, line_id, parts) values (@minute, @line, @parts)";
    private const string SelectLineId = "select id from line where queue = @queue and type = @type";

    // By a leap from one step to the next below: of a month, no more than one look a step is read.
    private const string SelectDepthsOver = """
        with recursive look (minute) as (
            select max(minute) from depth_minute
            union all
            select (select max(d.minute) from depth_minute d where d.minute < look.minute - look.minute % @step)
            from look where look.minute >= @since)
        select d.minute - d.minute % @step, d.line_id, l.queue, l.type, d.parts
        from look join depth_minute d on d.minute = look.minute left join line l on l.id = d.line_id
        where look.minute >= @since
        order by d.minute, l.queue, l.type
        """;

    private const string DropOldDepths = "delete from depth_minute where minute < @before";

    /// <inheritdoc/>
    public ValueTask<bool> KeepDepthAsync(KeepDepthRequest request, CancellationToken cancellationToken) =>
        WriteAsync(batch => Leads(batch.Db, request.Term) && KeepDepths(batch.Db, request), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<DepthSample>> DepthsAsync(RollupQuery query, CancellationToken cancellationToken)
    {
        var (since, step) = RollupSteps.Of(query);
        return ReadAsync<IReadOnlyList<DepthSample>>(
            db =>
            {
                var samples = new List<(DateTimeOffset At, List<DepthRow> Rows)>();
                for (var row = db.Use(SelectDepthsOver).Bind(step).Bind(since); row.Step();)
                {
                    var at = row.Time(0);
                    if (samples.Count == 0 || samples[^1].At != at)
                    {
                        samples.Add((at, []));
                    }

                    if (!row.IsNull(2))   // line 0, or one that is gone
                    {
                        samples[^1].Rows.AddRange(DepthPack.Read(row.Text(2), row.Text(3), row.Text(4)));
                    }
                }

                return [.. samples.Select(sample => new DepthSample(sample.At, sample.Rows))];
            },
            cancellationToken);
    }

    private static bool KeepDepths(Connection db, KeepDepthRequest request)
    {
        var at = Micros.Of(request.At);
        var minute = at - (at % RollupSteps.Minute);
        db.Use(DropDepths).Bind(minute).Run();
        db.Use(KeepDepth).Bind(minute).Bind(0).Bind("").Run();
        foreach (var line in request.Rows.GroupBy(row => (row.Queue, row.Type)))
        {
            var row = db.Use(SelectLineId).Bind(line.Key.Queue).Bind(line.Key.Type);
            long? id = row.Step() ? row.Long(0) : null;
            row.Reset();
            if (id is { } known)
            {
                db.Use(KeepDepth).Bind(minute).Bind(known).Bind(DepthPack.Write(line)).Run();
            }
        }

        return true;
    }
}
