namespace Pawl.Storage;

/// <summary>What became of one job of a command.</summary>
/// <param name="Id">The job.</param>
/// <param name="Refusal">Null when it was done; else a stable code such as <c>already_final</c> or <c>not_found</c>.</param>
/// <param name="State">Where it stands now.</param>
/// <param name="Other">The job that stands in the way, where one does.</param>
/// <param name="Detail">What decided the refusal: a category and rule, or a limit.</param>
/// <param name="WorkerId">The worker that must be told, where one runs it.</param>
public sealed record Changed(JobId Id, string? Refusal, JobState? State, JobId? Other = null, string? Detail = null, long? WorkerId = null);
