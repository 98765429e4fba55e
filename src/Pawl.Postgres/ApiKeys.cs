using Pawl.Storage;

namespace Pawl.Postgres;

internal sealed partial class PostgresStore
{
    private const string InsertApiKey = """
        insert into pawl.api_key (name, role, queues, types, prefix, hash, created_at, created_by, expires_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        returning id
        """;

    private const string ApiKeyColumns = "id, name, role, queues, types, prefix, created_at, expires_at, last_used_at";
    private const string SelectApiKeys = $"select {ApiKeyColumns} from pawl.api_key where revoked_at is null order by id";
    private const string SelectApiKey = $"select {ApiKeyColumns} from pawl.api_key where id = $1 and revoked_at is null";
    private const string FindApiKey = $"""
        select {ApiKeyColumns} from pawl.api_key
        where hash = $1 and revoked_at is null and (expires_at is null or expires_at > $2)
        """;

    private const string CountGoodKeys = """
        select count(*) from pawl.api_key
        where role = $1 and revoked_at is null and (expires_at is null or expires_at > $2) and id <> $3
        """;

    private const string RevokeApiKey = "update pawl.api_key set revoked_at = $2 where id = $1 and revoked_at is null";
    private const string TouchApiKey = """
        update pawl.api_key k set last_used_at = greatest(coalesce(k.last_used_at, 0), used.at)
        from (
            select k.id, used.at from unnest($1::bigint[], $2::bigint[]) as used (id, at) join pawl.api_key k on k.id = used.id
            order by k.id for update of k) as used
        where k.id = used.id
        """;

    /// <inheritdoc/>
    public ValueTask<ApiKey?> AddApiKeyAsync(AddApiKeyRequest request, CancellationToken cancellationToken) =>
        WriteAsync(batch => AddApiKeyAsync(batch, request), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ApiKey>> ApiKeysAsync(CancellationToken cancellationToken) =>
        ReadOneAsync<IReadOnlyList<ApiKey>>(
            async db => await db.Use(SelectApiKeys).ListAsync(ApiKeyOf).ConfigureAwait(false), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ApiKey?> FindApiKeyAsync(ReadOnlyMemory<byte> hash, DateTimeOffset now, CancellationToken cancellationToken) =>
        ReadOneAsync(db => db.Use(FindApiKey).BindBlob(hash.Span).Bind(now).FirstAsync(ApiKeyOf), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<string?> RemoveApiKeyAsync(RemoveApiKeyRequest request, CancellationToken cancellationToken) =>
        WriteAsync(batch => RemoveApiKeyAsync(batch, request), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask TouchApiKeysAsync(IReadOnlyDictionary<long, DateTimeOffset> used, CancellationToken cancellationToken) =>
        await WriteAsync(
            async batch => await batch.Db.Use(TouchApiKey).Bind([.. used.Keys]).Bind([.. used.Values.Select(Micros.Of)]).RunAsync()
                .ConfigureAwait(false),
            cancellationToken).ConfigureAwait(false);

    private static async ValueTask<ApiKey?> AddApiKeyAsync(Batch batch, AddApiKeyRequest request)
    {
        await LockApiKeysAsync(batch).ConfigureAwait(false);
        if (request.OnlyFirst && await GoodKeysAsync(batch.Db, request.Role, request.Now, but: 0).ConfigureAwait(false) > 0)
        {
            return null;
        }

        var id = (await batch.Db.Use(InsertApiKey).Bind(request.Name).Bind(Words.Of(request.Role))
            .Bind(StoreJson.Write(request.Scope.Queues)).Bind(StoreJson.Write(request.Scope.Types)).Bind(request.Prefix)
            .BindBlob(request.Hash.Span).Bind(request.Now).Bind(request.By).Bind(request.ExpiresAt).NumberAsync().ConfigureAwait(false))!;
        Audit(batch, Micros.Of(request.Now), null, new("key.add", request.By, $"{id}", After: AuditJson.Key(request)));
        return await batch.Db.Use(SelectApiKey).Bind(id).FirstAsync(ApiKeyOf).ConfigureAwait(false);
    }

    private static async ValueTask<string?> RemoveApiKeyAsync(Batch batch, RemoveApiKeyRequest request)
    {
        await LockApiKeysAsync(batch).ConfigureAwait(false);
        if (await batch.Db.Use(SelectApiKey).Bind(request.Id).FirstAsync(ApiKeyOf).ConfigureAwait(false) is not { } key)
        {
            return "not_found";
        }

        if (key.Role == ApiRole.Admin
            && await GoodKeysAsync(batch.Db, ApiRole.Admin, request.Now, but: key.Id).ConfigureAwait(false) == 0)
        {
            return "last_admin_key";
        }

        batch.Db.Use(RevokeApiKey).Bind(request.Id).Bind(request.Now).Later();
        Audit(batch, Micros.Of(request.Now), null, new("key.remove", request.By, $"{key.Id}", Detail: key.Name));
        return null;
    }

    /// <summary>One at a time: of two that take away the last two admin keys, the second must see what the first did.</summary>
    private static ValueTask LockApiKeysAsync(Batch batch) => KeyLock.TakeAsync(batch, [KeyLock.Of("api", "keys")]);

    private static async ValueTask<long> GoodKeysAsync(Session db, ApiRole role, DateTimeOffset now, long but) =>
        await db.Use(CountGoodKeys).Bind(Words.Of(role)).Bind(now).Bind(but).NumberAsync().ConfigureAwait(false) ?? 0;

    private static ApiKey ApiKeyOf(Row row) => new()
    {
        Id = row.Long(0),
        Name = row.Text(1),
        Role = row.Word<ApiRole>(2),
        Scope = new Scope(StoreJson.ReadNames(row.TextOrNull(3)), StoreJson.ReadNames(row.TextOrNull(4))),
        Prefix = row.Text(5),
        CreatedAt = row.Time(6),
        ExpiresAt = row.TimeOrNull(7),
        LastUsedAt = row.TimeOrNull(8),
    };
}
