using Pawl.Storage;

namespace Pawl.Sqlite;

internal sealed partial class SqliteStore
{
    private const string InsertSignIn = """
        insert into sign_in (hash, kind, key_hash, role, expires_at) values (@hash, @kind, @key, @role, @expires)
        """;

    private const string FindSignIn = """
        select key_hash, role, expires_at from sign_in where hash = @hash and kind = @kind and expires_at > @now
        """;

    private const string DropSignIn = "delete from sign_in where hash = @hash and kind = @kind";
    private const string DropOldSignIns = """
        delete from sign_in where hash in (select hash from sign_in where expires_at <= @now order by expires_at limit 100)
        """;

    private const string DropTooManySignIns = """
        delete from sign_in where hash in (
            select hash from sign_in where key_hash = @key and kind = @kind order by expires_at desc limit 100 offset @most)
        """;

    /// <inheritdoc/>
    public async ValueTask KeepSignInAsync(KeepSignInRequest request, CancellationToken cancellationToken) =>
        await WriteAsync(
            batch =>
            {
                var (kind, signIn) = (Words.Of(request.Kind), request.SignIn);
                batch.Db.Use(DropOldSignIns).Bind(request.Now).Run();
                batch.Db.Use(DropTooManySignIns).BindBlob(signIn.KeyHash.Span).Bind(kind).Bind(KeepSignInRequest.MostOfKey - 1).Run();
                return batch.Db.Use(InsertSignIn).BindBlob(request.Hash.Span).Bind(kind).BindBlob(signIn.KeyHash.Span)
                    .Bind(Words.Of(signIn.Role)).Bind(signIn.ExpiresAt).Run();
            },
            cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public ValueTask<SignIn?> FindSignInAsync(
        SignInKind kind, ReadOnlyMemory<byte> hash, DateTimeOffset now, CancellationToken cancellationToken) =>
        ReadAsync(db => SignInOf(db, kind, hash, now), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<SignIn?> TakeSignInAsync(
        SignInKind kind, ReadOnlyMemory<byte> hash, DateTimeOffset now, CancellationToken cancellationToken) =>
        WriteAsync(
            batch =>
            {
                var found = SignInOf(batch.Db, kind, hash, now);
                batch.Db.Use(DropSignIn).BindBlob(hash.Span).Bind(Words.Of(kind)).Run();
                return found;
            },
            cancellationToken);

    private static SignIn? SignInOf(Connection db, SignInKind kind, ReadOnlyMemory<byte> hash, DateTimeOffset now)
    {
        var row = db.Use(FindSignIn).BindBlob(hash.Span).Bind(Words.Of(kind)).Bind(now);
        var found = row.Step() ? new SignIn(row.Span(0).ToArray(), row.Word<ApiRole>(1), row.Time(2)) : null;
        row.Reset();
        return found;
    }
}
