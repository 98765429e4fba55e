using System.Collections.Concurrent;
using System.Data.Common;
using System.Security.Cryptography;
using Pawl.Storage;

namespace Pawl.Web.Security;

/// <summary>Which key is good. Asks the store, and remembers the answer for a moment.</summary>
/// <remarks>A key that is taken back here is refused at once; one that is taken back by another process, after two seconds. While the
/// store is away, keys that were good a minute ago still are: otherwise nobody could see that it is away.</remarks>
internal sealed class KeyRing(IJobStore store, TimeProvider clock)
{
    private const int MostRemembered = 10_000;
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Stale = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Told = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, Remembered> _known = new(StringComparer.Ordinal);

    /// <summary>The key of a hash; null when there is none that is good.</summary>
    public async ValueTask<ApiKey?> FindAsync(byte[] hash, CancellationToken cancellationToken)
    {
        var name = Convert.ToHexString(hash);
        var now = clock.GetUtcNow();
        if (_known.TryGetValue(name, out var known) && clock.GetElapsedTime(known.At) < Fresh)
        {
            return Good(known, hash, now);
        }

        try
        {
            if (await store.FindApiKeyAsync(hash, now, cancellationToken).ConfigureAwait(false) is not { } key)
            {
                _known.TryRemove(name, out _);
                return null;
            }

            if (_known.Count > MostRemembered)
            {
                _known.Clear();
            }

            _known[name] = new(key, hash, clock.GetTimestamp());
            await TellUseAsync(key, now, cancellationToken).ConfigureAwait(false);
            return key;
        }
        catch (Exception fault) when (fault is PawlException or DbException && known is not null)
        {
            if (clock.GetElapsedTime(known.At) >= Stale)
            {
                throw;
            }

            return Good(known, hash, now);
        }
    }

    /// <summary>Forgets what it remembers: a key was made or taken back.</summary>
    public void Forget() => _known.Clear();

    private static ApiKey? Good(Remembered known, byte[] hash, DateTimeOffset now) =>
        CryptographicOperations.FixedTimeEquals(known.Hash, hash) && !(known.Key.ExpiresAt <= now) ? known.Key : null;

    private async ValueTask TellUseAsync(ApiKey key, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (now - key.LastUsedAt < Told)
        {
            return;
        }

        try
        {
            await store.TouchApiKeysAsync(new Dictionary<long, DateTimeOffset> { [key.Id] = now }, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is PawlException or DbException)
        {
            // When a key was last used is for people, and no reason to refuse it.
        }
    }

    private sealed record Remembered(ApiKey Key, byte[] Hash, long At);
}
