namespace Pawl;

/// <summary>What an item is, and the hashes its result depends on.</summary>
/// <param name="Key">1 to 500 characters; unique in its dataset.</param>
/// <param name="InputHash">A hash of the item itself: another one makes the result old. Null is not compared.</param>
/// <param name="UpstreamHash">A hash of what earlier stages gave for it. Null is not compared.</param>
public readonly record struct ItemId(string Key, string? InputHash = null, string? UpstreamHash = null)
{
    /// <summary>A key alone.</summary>
    public static implicit operator ItemId(string key) => new(key);

    /// <summary>A key and a hash.</summary>
    public static implicit operator ItemId((string Key, string? InputHash) pair) => new(pair.Key, pair.InputHash);
}
