using Pawl.Storage;

namespace Pawl.Sqlite;

internal sealed partial class SqliteStore
{
    private const string SeeType = """
        insert into type_seen (type, seen_at) values (@type, @now) on conflict (type) do update set seen_at = max(seen_at, excluded.seen_at)
        """;

    private const string SelectTypesSeen = "select type, seen_at from type_seen where seen_at >= @since";
    private const string SelectFactsSeen = "select facts, seen_at from worker where seen_at >= @since";
    private const string SelectOldFacts = "select facts, seen_at from worker where gone = 1 and seen_at < @before order by seen_at";
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

                types.AddRange(TypesOf(db.Use(SelectFactsSeen).Bind(since)));
                return KnownType.Latest(types);
            },
            cancellationToken);

    /// <summary>A worker announces its types once; what it knew to its end is remembered when it is forgotten.</summary>
    private static void KeepTypesOfOldWorkers(Connection db, long before)
    {
        foreach (var (type, seenAt) in KnownType.Latest(TypesOf(db.Use(SelectOldFacts).Bind(before))))
        {
            db.Use(SeeType).Bind(type).Bind(seenAt).Run();
        }
    }

    private static List<KnownType> TypesOf(Statement row)
    {
        var types = new List<KnownType>();
        while (row.Step())
        {
            types.AddRange(KnownType.Of(row.Text(0), row.Time(1)));
        }

        return types;
    }
}
