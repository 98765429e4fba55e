namespace Pawl;

/// <summary>What became of a command on one job. A job that has moved on in the meantime is an answer, not an exception.</summary>
/// <param name="Id">The job.</param>
/// <param name="Refusal">Null when it was done; else a stable code such as <c>already_final</c> or <c>not_found</c>.</param>
/// <param name="State">Where the job stands now; null when it is not there.</param>
/// <param name="Message">A sentence for people on why nothing was done.</param>
/// <param name="Other">The job that stands in the way, where one does.</param>
public sealed record CommandResult(JobId Id, string? Refusal, JobState? State, string? Message = null, JobId? Other = null)
{
    /// <summary>Whether it was done.</summary>
    public bool Done => Refusal is null;
}
