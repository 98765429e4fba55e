using System.Buffers.Binary;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Pawl.Storage;
using Pawl.Web.Wire;

namespace Pawl.Web.Security;

/// <summary>Knows who asks, by his key or by his session.</summary>
internal sealed class Gate(KeyRing keys, Sessions sessions, FirstKey first, PawlWebOptions options)
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

        if (UserOf(request.HttpContext.User) is { } user)
        {
            return user;
        }

        if (!options.Keys || request.Cookies[Cookie] is not { Length: > 0 and < 200 } secret
            || await sessions.FindAsync(secret, cancellationToken).ConfigureAwait(false) is not { } session)
        {
            return null;
        }

        var key = await keys.FindAsync(session.KeyHash.ToArray(), cancellationToken).ConfigureAwait(false);
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
        return key is null || (!options.Keys && key.Role != ApiRole.Worker) ? null : Of(key, hash, null);
    }

    /// <summary>A user whom the application knows, if it gives him a role.</summary>
    private Caller? UserOf(ClaimsPrincipal user)
    {
        if (options.RoleOf is not { } roleOf || user.Identity is not { IsAuthenticated: true } || roleOf(user) is not { } role)
        {
            return null;
        }

        var name = user.FindFirst(ClaimTypes.NameIdentifier)?.Value ?? user.Identity.Name ?? "";
        var hash = Secrets.Hash($"user\0{name}");
        return new()
        {
            KeyId = -1 - (BinaryPrimitives.ReadInt64LittleEndian(hash) & long.MaxValue) / 2,   // below all keys
            Actor = $"user:{user.Identity.Name ?? name}",
            Role = role,
            Scope = new() { Queues = null, Types = null },
            Hash = hash,
            HasSession = true,
        };
    }

    /// <summary>Whether the first key is shown, while the store cannot be asked about keys.</summary>
    public bool IsFirst(HttpRequest request) =>
        request.Headers.Authorization.ToString() is var shown && shown.Length < 200
        && shown.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) && first.Is(shown[Bearer.Length..].Trim());

    /// <summary>The same text for none, unknown, revoked and expired.</summary>
    public static ProblemException Unknown() => new(
        "unauthenticated",
        "A key is needed: Authorization: Bearer pawl_k_…. There was none, or it is not (or no longer) known here.");

    private static Caller Of(ApiKey key, byte[] hash, SignIn? session) => new()
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
