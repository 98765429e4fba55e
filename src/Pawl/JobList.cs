namespace Pawl;

/// <summary>One page of jobs.</summary>
/// <param name="Jobs">The jobs.</param>
/// <param name="Next">Where the next page begins (<see cref="JobFilter.After"/>); null at the end.</param>
/// <param name="Partial">Whether the store stopped looking before the page was full, to stay quick; go on at
/// <paramref name="Next"/>.</param>
/// <param name="ApproxTotal">About how many there are in the whole list; null when nobody counts them.</param>
public sealed record JobList(IReadOnlyList<Job> Jobs, JobPosition? Next, bool Partial, long? ApproxTotal = null);
