using Pawl.Storage;

namespace Pawl.Postgres;

internal sealed partial class PostgresStore
{
    private const string SeeTypes = """
        insert into pawl.type_seen as t (type, seen_at) select type, $2 from unnest($1::text[]) as type order by type
        on conflict (type) do update set seen_at = greatest(t.seen_at, excluded.seen_at)
        """;

    private const string SelectTypesSeen = """
        select type, max(seen_at)
        from (
            select type, seen_at from pawl.type_seen
            union all
            select t.type, w.seen_at
            from pawl.worker w cross join lateral json_array_elements_text(w.facts::json -> 'types') as t (type)) seen
        where seen_at >= $1
        group by type
        order by type
        """;

    // A worker announces its types once; what it knew to its end is remembered when it is forgotten.
    private const string KeepTypesOfOldWorkers = """
        insert into pawl.type_seen as known (type, seen_at)
        select t.type, max(w.seen_at)
        from pawl.worker w cross join lateral json_array_elements_text(w.facts::json -> 'types') as t (type)
        where w.gone and w.seen_at < $1
        group by t.type
        order by t.type
        on conflict (type) do update set seen_at = greatest(known.seen_at, excluded.seen_at)
        """;

    private const string DropOldTypes = "delete from pawl.type_seen where seen_at < $1";

    private static readonly TimeSpan KeepTypes = TimeSpan.FromDays(60);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<KnownType>> TypesAsync(DateTimeOffset since, CancellationToken cancellationToken) =>
        ReadOneAsync<IReadOnlyList<KnownType>>(
            async db => await db.Use(SelectTypesSeen).Bind(since).ListAsync(static row => new KnownType(row.Text(0), row.Time(1)))
                .ConfigureAwait(false),
            cancellationToken);
}
