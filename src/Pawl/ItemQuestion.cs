namespace Pawl;

/// <summary>Asks of one item whether its result still stands.</summary>
/// <param name="Key">The item: 1 to 500 characters.</param>
/// <param name="InputHash">The hash of the item itself; null when it is not known, and then not compared.</param>
public sealed record ItemQuestion(string Key, string? InputHash = null);
