using System.Collections.Concurrent;
using System.Data.Common;
using Pawl.Storage;

namespace Pawl.Web.Security;

/// <summary>Browsers that have signed in, and codes to sign in with. They stand in the store by the hash of their secret, so a restart ends
/// none, and servers on one database know each other's.</summary>
/// <remarks>One that is signed out here is refused at once; one that is signed out by another process, after two seconds. While the store
/// is away, sessions that were good a minute ago still are.</remarks>
internal sealed class Sessions(IJobStore store, TimeProvider clock)
{
    private const int MostRemembered = 10_000;
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Stale = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, Remembered> _known = new(StringComparer.Ordinal);

    /// <summary>Signs in.</summary>
    /// <returns>The secret of the session, shown once.</returns>
    public Task<string> OpenAsync(SignIn session, CancellationToken cancellationToken) =>
        KeepAsync(SignInKind.Session, session, cancellationToken);

    /// <summary>The session of a secret; null when there is none, or it has ended.</summary>
    public async ValueTask<SignIn?> FindAsync(string secret, CancellationToken cancellationToken)
    {
        var hash = Secrets.Hash(secret);
        var name = Convert.ToHexString(hash);
        var now = clock.GetUtcNow();
        if (_known.TryGetValue(name, out var known) && clock.GetElapsedTime(known.At) < Fresh)
        {
            return Good(known.SignIn, now);
        }

        try
        {
            if (await store.FindSignInAsync(SignInKind.Session, hash, now, cancellationToken).ConfigureAwait(false) is not { } session)
            {
                _known.TryRemove(name, out _);
                return null;
            }

            if (_known.Count > MostRemembered)
            {
                _known.Clear();
            }

            _known[name] = new(session, clock.GetTimestamp());
            return session;
        }
        catch (Exception fault) when (fault is PawlException or DbException && known is not null
            && clock.GetElapsedTime(known.At) < Stale)
        {
            return Good(known.SignIn, now);
        }
    }

    /// <summary>Signs out.</summary>
    public async Task CloseAsync(string secret, CancellationToken cancellationToken)
    {
        var hash = Secrets.Hash(secret);
        _known.TryRemove(Convert.ToHexString(hash), out _);
        await store.TakeSignInAsync(SignInKind.Session, hash, clock.GetUtcNow(), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes a code that opens one session.</summary>
    public Task<string> NewCodeAsync(SignIn session, CancellationToken cancellationToken) =>
        KeepAsync(SignInKind.Code, session, cancellationToken);

    /// <summary>Uses a code up; null when there is none, or it is too old.</summary>
    public ValueTask<SignIn?> UseCodeAsync(string code, CancellationToken cancellationToken) =>
        store.TakeSignInAsync(SignInKind.Code, Secrets.Hash(code), clock.GetUtcNow(), cancellationToken);

    private async Task<string> KeepAsync(SignInKind kind, SignIn signIn, CancellationToken cancellationToken)
    {
        var secret = Secrets.New();
        await store.KeepSignInAsync(new(kind, Secrets.Hash(secret), signIn, clock.GetUtcNow()), cancellationToken).ConfigureAwait(false);
        return secret;
    }

    private static SignIn? Good(SignIn session, DateTimeOffset now) => session.ExpiresAt > now ? session : null;

    private sealed record Remembered(SignIn SignIn, long At);
}
