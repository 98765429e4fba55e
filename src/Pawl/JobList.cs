namespace Pawl;

/// <summary>One page of jobs.</summary>
/// <param name="Jobs">The jobs.</param>
/// <param name="Next">Where the next page begins (<see cref="JobFilter.After"/>); null at the end.</param>
/// <param name="Partial">Whether the store stopped looking before the page was full, to stay quick; go on at
/// <paramref name="Next"/>.</param>
public sealed record JobList(IReadOnlyList<Job> Jobs, JobId? Next, bool Partial);
