using Pawl.Storage;

namespace Pawl.Sqlite;

internal sealed partial class SqliteStore
{
    private const string InsertApiKey = """
        insert into api_key (name, role, queues, types, prefix, hash, created_at, created_by, expires_at)
        values (@name, @role, @queues, @types, @prefix, @hash, @now, @by, @expires)
        returning id
        """;

    private const string ApiKeyColumns = "id, name, role, queues, types, prefix, created_at, expires_at, last_used_at";
    private const string SelectApiKeys = $"select {ApiKeyColumns} from api_key where revoked_at is null order by id";
    private const string SelectApiKey = $"select {ApiKeyColumns} from api_key where id = @id and revoked_at is null";
    private const string FindApiKey = $"""
        select {ApiKeyColumns} from api_key
        where hash = @hash and revoked_at is null and (expires_at is null or expires_at > @now)
        """;

    private const string CountGoodKeys = """
        select count(*) from api_key
        where role = @role and revoked_at is null and (expires_at is null or expires_at > @now) and id <> @but
        """;

    private const string RevokeApiKey = "update api_key set revoked_at = @now where id = @id and revoked_at is null";
    private const string TouchApiKey = "update api_key set last_used_at = max(coalesce(last_used_at, 0), @at) where id = @id";

    /// <inheritdoc/>
    public ValueTask<ApiKey?> AddApiKeyAsync(AddApiKeyRequest request, CancellationToken cancellationToken) =>
        WriteAsync(batch => AddApiKey(batch, request), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ApiKey>> ApiKeysAsync(CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<ApiKey>>(
            db =>
            {
                var keys = new List<ApiKey>();
                for (var row = db.Use(SelectApiKeys); row.Step();)
                {
                    keys.Add(ApiKeyOf(row));
                }

                return keys;
            },
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ApiKey?> FindApiKeyAsync(ReadOnlyMemory<byte> hash, DateTimeOffset now, CancellationToken cancellationToken) =>
        ReadAsync(
            db =>
            {
                var row = db.Use(FindApiKey).BindBlob(hash.Span).Bind(now);
                var key = row.Step() ? ApiKeyOf(row) : null;
                row.Reset();
                return key;
            },
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask<string?> RemoveApiKeyAsync(RemoveApiKeyRequest request, CancellationToken cancellationToken) =>
        WriteAsync(batch => RemoveApiKey(batch, request), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask TouchApiKeysAsync(IReadOnlyDictionary<long, DateTimeOffset> used, CancellationToken cancellationToken) =>
        await WriteAsync(
            batch =>
            {
                foreach (var (id, at) in used)
                {
                    batch.Db.Use(TouchApiKey).Bind(at).Bind(id).Run();
                }

                return true;
            },
            cancellationToken).ConfigureAwait(false);

    private static ApiKey? AddApiKey(Batch batch, AddApiKeyRequest request)
    {
        if (request.OnlyFirst && GoodKeys(batch.Db, request.Role, request.Now, but: 0) > 0)
        {
            return null;
        }

        var row = batch.Db.Use(InsertApiKey).Bind(request.Name).Bind(Words.Of(request.Role)).Bind(StoreJson.Write(request.Scope.Queues))
            .Bind(StoreJson.Write(request.Scope.Types)).Bind(request.Prefix).BindBlob(request.Hash.Span).Bind(request.Now).Bind(request.By)
            .Bind(request.ExpiresAt);
        row.Step();
        var id = row.Long(0);
        row.Run();
        Audit(batch, Micros.Of(request.Now), null, new("key.add", request.By, $"{id}", After: AuditJson.Key(request)));
        return KeyOf(batch.Db, id);
    }

    private static string? RemoveApiKey(Batch batch, RemoveApiKeyRequest request)
    {
        if (KeyOf(batch.Db, request.Id) is not { } key)
        {
            return "not_found";
        }

        if (key.Role == ApiRole.Admin && GoodKeys(batch.Db, ApiRole.Admin, request.Now, but: key.Id) == 0)
        {
            return "last_admin_key";
        }

        batch.Db.Use(RevokeApiKey).Bind(request.Now).Bind(request.Id).Run();
        Audit(batch, Micros.Of(request.Now), null, new("key.remove", request.By, $"{key.Id}", Detail: key.Name));
        return null;
    }

    private static ApiKey? KeyOf(Connection db, long id)
    {
        var row = db.Use(SelectApiKey).Bind(id);
        var key = row.Step() ? ApiKeyOf(row) : null;
        row.Reset();
        return key;
    }

    private static long GoodKeys(Connection db, ApiRole role, DateTimeOffset now, long but)
    {
        var row = db.Use(CountGoodKeys).Bind(Words.Of(role)).Bind(now).Bind(but);
        row.Step();
        var count = row.Long(0);
        row.Reset();
        return count;
    }

    private static ApiKey ApiKeyOf(Statement row) => new()
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
