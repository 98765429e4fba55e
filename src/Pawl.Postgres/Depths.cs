using Pawl.Storage;

namespace Pawl.Postgres;

internal sealed partial class PostgresStore
{
    private const string DropDepths = "delete from pawl.depth_minute where minute = $1";

    private const string KeepDepth = """
        insert into pawl.depth_minute (minute, line_id, parts)
        select $1::bigint, 0, ''
        union all
        select $1, l.id, seen.parts
        from unnest($2::text[], $3::text[], $4::text[]) as seen (queue, type, parts)
        join pawl.line l on l.queue = seen.queue and l.type = seen.type
        """;

    // By a leap from one step to the next below: of a month, no more than one look a step is read.
    private const string SelectDepthsOver = """
        with recursive look (minute) as (
            select max(minute) from pawl.depth_minute
            union all
            select (select max(d.minute) from pawl.depth_minute d where d.minute < look.minute - look.minute % $2)
            from look where look.minute >= $1)
        select d.minute - d.minute % $2, l.queue, l.type, d.parts
        from look join pawl.depth_minute d on d.minute = look.minute left join pawl.line l on l.id = d.line_id
        where look.minute >= $1
        order by d.minute, l.queue collate "C", l.type collate "C"
        """;

    private const string DropOldDepths = "delete from pawl.depth_minute where minute < $1";

    /// <inheritdoc/>
    public ValueTask<bool> KeepDepthAsync(KeepDepthRequest request, CancellationToken cancellationToken) =>
        WriteAsync(
            async batch =>
            {
                if (!await LeadsAsync(batch.Db, request.Term).ConfigureAwait(false))
                {
                    return false;
                }

                var at = Micros.Of(request.At);
                var minute = at - (at % RollupSteps.Minute);
                var lines = request.Rows.GroupBy(static row => (row.Queue, row.Type)).ToList();
                batch.Db.Use(DropDepths).Bind(minute).Later();
                await batch.Db.Use(KeepDepth).Bind(minute).Bind([.. lines.Select(static line => line.Key.Queue)])
                    .Bind([.. lines.Select(static line => line.Key.Type)]).Bind([.. lines.Select(DepthPack.Write)]).RunAsync()
                    .ConfigureAwait(false);
                return true;
            },
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<DepthSample>> DepthsAsync(RollupQuery query, CancellationToken cancellationToken)
    {
        var (since, step) = RollupSteps.Of(query);
        return ReadOneAsync<IReadOnlyList<DepthSample>>(
            async db =>
            {
                var samples = new List<(DateTimeOffset At, List<DepthRow> Rows)>();
                await db.Use(SelectDepthsOver).Bind(since).Bind(step).EachAsync(row =>
                {
                    var at = row.Time(0);
                    if (samples.Count == 0 || samples[^1].At != at)
                    {
                        samples.Add((at, []));
                    }

                    if (row.TextOrNull(1) is { } queue)   // else line 0, or one that is gone
                    {
                        samples[^1].Rows.AddRange(DepthPack.Read(queue, row.Text(2), row.Text(3)));
                    }
                }).ConfigureAwait(false);
                return [.. samples.Select(static sample => new DepthSample(sample.At, sample.Rows))];
            },
            cancellationToken);
    }
}
