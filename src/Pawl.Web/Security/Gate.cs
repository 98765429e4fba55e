using Microsoft.AspNetCore.Http;
using Pawl.Web.Wire;

namespace Pawl.Web.Security;

/// <summary>Knows who asks, by his key or by his session.</summary>
internal sealed class Gate(KeyRing keys, Sessions sessions)
{
    /// <summary>The name of the cookie.</summary>
    public const string Cookie = "pawl_session";

    private const string Bearer = "Bearer ";

    /// <summary>Who asks; null when nobody we know does.</summary>
    public async ValueTask<Caller?> WhoAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.Headers.Authorization.Count > 0)
        {
            // A key that is wrong is not made good by a cookie.
            var shown = request.Headers.Authorization.ToString();
            return shown.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
                ? await OfKeyAsync(shown[Bearer.Length..].Trim(), cancellationToken).ConfigureAwait(false)
                : null;
        }

        if (request.Cookies[Cookie] is not { Length: > 0 and < 200 } secret || sessions.Find(secret) is not { } session)
        {
            return null;
        }

        var key = await keys.FindAsync(session.KeyHash, cancellationToken).ConfigureAwait(false);
        return key is null ? null : Of(key, Secrets.Hash(secret), session);
    }

    /// <summary>Who a key belongs to; null for one that is not good.</summary>
    public async ValueTask<Caller?> OfKeyAsync(string secret, CancellationToken cancellationToken)
    {
        if (secret.Length > 200 || !Secrets.LooksLikeKey(secret))
        {
            return null;
        }

        var hash = Secrets.Hash(secret);
        var key = await keys.FindAsync(hash, cancellationToken).ConfigureAwait(false);
        return key is null ? null : Of(key, hash, null);
    }

    /// <summary>The same text for none, unknown, revoked and expired.</summary>
    public static ProblemException Unknown() => new(
        "unauthenticated",
        "A key is needed: Authorization: Bearer pawl_k_…. There was none, or it is not (or no longer) known here.");

    private static Caller Of(ApiKey key, byte[] hash, Session? session) => new()
    {
        KeyId = key.Id,
        Actor = $"key:{key.Name}",
        Role = session is null || session.Role > key.Role ? key.Role : session.Role,
        Scope = new() { Queues = key.Scope.Queues, Types = key.Scope.Types },
        Hash = hash,
        HasSession = session is not null,
        ExpiresAt = session?.ExpiresAt ?? key.ExpiresAt,
    };
}
