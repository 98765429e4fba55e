using System.Collections.Concurrent;

namespace Pawl.Web.Security;

/// <summary>Browsers that have signed in, and codes to sign in with. In memory: a restart ends them.</summary>
internal sealed class Sessions(TimeProvider clock)
{
    private const int Most = 10_000;

    private readonly ConcurrentDictionary<string, Session> _sessions = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Session> _codes = new(StringComparer.Ordinal);

    /// <summary>Signs in.</summary>
    /// <returns>The secret of the session, shown once.</returns>
    public string Open(Session session) => Keep(_sessions, session);

    /// <summary>The session of a secret; null when there is none, or it has ended.</summary>
    public Session? Find(string secret) =>
        _sessions.TryGetValue(Name(secret), out var session) && session.ExpiresAt > clock.GetUtcNow() ? session : null;

    /// <summary>Signs out.</summary>
    public void Close(string secret) => _sessions.TryRemove(Name(secret), out _);

    /// <summary>Makes a code that opens one session.</summary>
    public string NewCode(Session session) => Keep(_codes, session);

    /// <summary>Uses a code up; null when there is none, or it is too old.</summary>
    public Session? UseCode(string code) =>
        _codes.TryRemove(Name(code), out var session) && session.ExpiresAt > clock.GetUtcNow() ? session : null;

    private string Keep(ConcurrentDictionary<string, Session> where, Session session)
    {
        if (where.Count >= Most)
        {
            var now = clock.GetUtcNow();
            foreach (var (name, old) in where)
            {
                if (old.ExpiresAt <= now || where.Count >= Most)
                {
                    where.TryRemove(name, out _);
                }
            }
        }

        var secret = Secrets.New();
        where[Name(secret)] = session;
        return secret;
    }

    private static string Name(string secret) => Convert.ToHexString(Secrets.Hash(secret));
}

/// <summary>What somebody who signed in may do. It ends with the key it came from.</summary>
/// <param name="KeyHash">The hash of the key it came from.</param>
/// <param name="Role">What he may do.</param>
/// <param name="ExpiresAt">When it ends.</param>
internal sealed record Session(byte[] KeyHash, ApiRole Role, DateTimeOffset ExpiresAt);
