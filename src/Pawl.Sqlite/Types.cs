using Pawl.Storage;

namespace Pawl.Sqlite;

internal sealed partial class SqliteStore
{
    private const string SeeType = """
        insert into type_seen (type, seen_at) values (@type, @now) on conflict (type) do update set seen_at = max(seen_at, excluded.seen_at)
        """;

    private const string SelectTypesSeen = """
        select type, max(seen_at)
        from (
            select type, seen_at from type_seen
            union all
            select t.value, w.seen_at from worker w, json_each(w.facts, '$.types') t)
        where seen_at >= @since
        group by type
        order by type
        """;

    // A worker announces its types once; what it knew to its end is remembered when it is forgotten.
    private const string KeepTypesOfOldWorkers = """
        insert into type_seen (type, seen_at)
        select t.value, max(w.seen_at) from worker w, json_each(w.facts, '$.types') t where w.gone = 1 and w.seen_at < @before
        group by t.value
        on conflict (type) do update set seen_at = max(seen_at, excluded.seen_at)
        """;

    private const string DropOldTypes = "delete from type_seen where seen_at < @before";

    private static readonly TimeSpan KeepTypes = TimeSpan.FromDays(60);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<KnownType>> TypesAsync(DateTimeOffset since, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<KnownType>>(
            db =>
            {
                var types = new List<KnownType>();
                for (var row = db.Use(SelectTypesSeen).Bind(since); row.Step();)
                {
                    types.Add(new KnownType(row.Text(0), row.Time(1)));
                }

                return types;
            },
            cancellationToken);
}
