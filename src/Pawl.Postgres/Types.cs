using Pawl.Storage;

namespace Pawl.Postgres;

internal sealed partial class PostgresStore
{
    private const string SeeTypes = """
        insert into pawl.type_seen as t (type, seen_at) select type, $2 from unnest($1::text[]) as type order by type
        on conflict (type) do update set seen_at = greatest(t.seen_at, excluded.seen_at)
        """;

    private const string SelectTypesSeen = "select type, seen_at from pawl.type_seen where seen_at >= $1";
    private const string SelectFactsSeen = "select facts, seen_at from pawl.worker where seen_at >= $1";
    private const string SelectOldFacts = "select facts, seen_at from pawl.worker where gone and seen_at < $1 order by seen_at";
    private const string DropOldTypes = "delete from pawl.type_seen where seen_at < $1";

    private static readonly TimeSpan KeepTypes = TimeSpan.FromDays(60);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<KnownType>> TypesAsync(DateTimeOffset since, CancellationToken cancellationToken) =>
        ReadOneAsync<IReadOnlyList<KnownType>>(
            async db =>
            {
                var seen = await db.Use(SelectTypesSeen).Bind(since).ListAsync(static row => new KnownType(row.Text(0), row.Time(1)))
                    .ConfigureAwait(false);
                await db.Use(SelectFactsSeen).Bind(since).EachAsync(row => seen.AddRange(KnownType.Of(row.Text(0), row.Time(1))))
                    .ConfigureAwait(false);
                return KnownType.Latest(seen);
            },
            cancellationToken);

    /// <summary>A worker announces its types once; what it knew to its end is remembered when it is forgotten.</summary>
    private static async ValueTask KeepTypesOfOldWorkersAsync(Session db, long before)
    {
        var seen = await db.Use(SelectOldFacts).Bind(before).ListAsync(static row => KnownType.Of(row.Text(0), row.Time(1)))
            .ConfigureAwait(false);
        foreach (var types in KnownType.Latest(seen.SelectMany(static types => types)).GroupBy(static type => type.SeenAt))
        {
            db.Use(SeeTypes).Bind([.. types.Select(static type => (string?)type.Type)]).Bind(types.Key).Later();
        }
    }
}
