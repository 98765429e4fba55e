namespace Pawl.Storage;

/// <summary>The connections of this process to a database that has a pool of them.</summary>
/// <param name="Max">The most there may be.</param>
/// <param name="Total">Those that are open.</param>
/// <param name="Idle">Those of them that nobody uses.</param>
/// <param name="Waiting">Calls that wait for one.</param>
/// <param name="Failures">Connections that could not be had since the store was opened.</param>
/// <param name="Wait">What 95 of 100 calls of about the last hour did not wait longer than.</param>
/// <param name="Limit">How long a call waits at most.</param>
public sealed record StorePool(int Max, int Total, int Idle, int Waiting, long Failures, TimeSpan Wait, TimeSpan Limit);
