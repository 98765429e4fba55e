using Pawl.Storage;

namespace Pawl.Postgres;

internal sealed partial class PostgresStore
{
    private const string InsertSignIn = """
        insert into pawl.sign_in (hash, kind, key_hash, role, expires_at) values ($1, $2, $3, $4, $5)
        """;

    private const string FindSignIn = """
        select key_hash, role, expires_at from pawl.sign_in where hash = $1 and kind = $2 and expires_at > $3
        """;

    private const string TakeSignIn = """
        delete from pawl.sign_in where hash = $1 and kind = $2 returning key_hash, role, expires_at
        """;

    private const string DropOldSignIns = """
        delete from pawl.sign_in where hash = any(array(
            select hash from pawl.sign_in where expires_at <= $1 order by expires_at limit 100 for update skip locked))
        """;

    private const string DropTooManySignIns = """
        delete from pawl.sign_in where hash = any(array(
            select hash from pawl.sign_in where key_hash = $1 and kind = $2 order by expires_at desc limit 100 offset $3))
        """;

    /// <inheritdoc/>
    public async ValueTask KeepSignInAsync(KeepSignInRequest request, CancellationToken cancellationToken) =>
        await WriteAsync(
            async batch =>
            {
                var (kind, signIn) = (Words.Of(request.Kind), request.SignIn);
                await KeyLock.TakeAsync(batch, [KeyLock.Of("sign in", Convert.ToHexString(signIn.KeyHash.Span))]).ConfigureAwait(false);
                batch.Db.Use(DropOldSignIns).Bind(request.Now).Later();
                batch.Db.Use(DropTooManySignIns).BindBlob(signIn.KeyHash.Span).Bind(kind).Bind(KeepSignInRequest.MostOfKey - 1).Later();
                return await batch.Db.Use(InsertSignIn).BindBlob(request.Hash.Span).Bind(kind).BindBlob(signIn.KeyHash.Span)
                    .Bind(Words.Of(signIn.Role)).Bind(signIn.ExpiresAt).RunAsync().ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public ValueTask<SignIn?> FindSignInAsync(
        SignInKind kind, ReadOnlyMemory<byte> hash, DateTimeOffset now, CancellationToken cancellationToken) =>
        ReadOneAsync(
            db => db.Use(FindSignIn).BindBlob(hash.Span).Bind(Words.Of(kind)).Bind(now).FirstAsync(SignInOf), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<SignIn?> TakeSignInAsync(
        SignInKind kind, ReadOnlyMemory<byte> hash, DateTimeOffset now, CancellationToken cancellationToken) =>
        WriteAsync(
            async batch => await batch.Db.Use(TakeSignIn).BindBlob(hash.Span).Bind(Words.Of(kind)).FirstAsync(SignInOf)
                .ConfigureAwait(false) is { } found && found.ExpiresAt > now
                ? found
                : null,
            cancellationToken);

    private static SignIn SignInOf(Row row) => new(row.Bytes(0), row.Word<ApiRole>(1), row.Time(2));
}
