using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Pawl.Postgres;

/// <summary>Locks on keys that may have no row yet: advisory, until the end of the transaction, taken in one order.</summary>
internal static class KeyLock
{
    private const string Soon = "set local lock_timeout = '5s'";
    private const string TakeLocks = "select pg_advisory_xact_lock(key) from unnest($1::bigint[]) as key";

    /// <summary>The number of a key's lock. Two keys may share one by chance; then they wait for each other and no more.</summary>
    public static long Of(string kind, string key)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"pawl {kind} {key}"), hash);
        return BinaryPrimitives.ReadInt64BigEndian(hash);
    }

    /// <summary>The same where another's transaction may hold a key for as long as it likes: after 5 s the server gives up
    /// (<c>55P03</c>), so that those who wait do not keep every connection. A caller's transaction has limits of its own.</summary>
    public static async ValueTask TakeSoonAsync(Batch batch, IEnumerable<long> keys)
    {
        if (!batch.IsGuest)
        {
            batch.Db.Use(Soon).Later();
        }

        await TakeAsync(batch, keys).ConfigureAwait(false);
    }

    public static async ValueTask TakeAsync(Batch batch, IEnumerable<long> keys) =>
        await batch.Db.Use(TakeLocks).Bind([.. keys.Order()]).RunAsync().ConfigureAwait(false);
}
