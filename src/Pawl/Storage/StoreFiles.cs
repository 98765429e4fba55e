namespace Pawl.Storage;

/// <summary>The files of a store that is a file itself.</summary>
/// <param name="FileBytes">The size of the database.</param>
/// <param name="WalBytes">The size of its log.</param>
/// <param name="WriteWait">What 95 of 100 writes of about the last hour did not wait longer than for their commit.</param>
public sealed record StoreFiles(long FileBytes, long WalBytes, TimeSpan WriteWait);
