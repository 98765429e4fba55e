namespace Pawl.Storage;

/// <summary>Something to be recorded that is not a move.</summary>
/// <param name="Kind">What.</param>
/// <param name="Job">About which job, if one.</param>
/// <param name="Actor">Who.</param>
/// <param name="Reason">Why.</param>
/// <param name="Title">A line for people.</param>
/// <param name="Data">More as JSON.</param>
public sealed record Fact(
    EventKind Kind, JobId? Job = null, string? Actor = null, string? Reason = null, string? Title = null, string? Data = null);
