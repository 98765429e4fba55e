namespace Pawl;

/// <summary>What became of one request for a job.</summary>
/// <param name="Id">The job.</param>
/// <param name="Deduplicated">Whether an equal job was there before; then nothing was stored.</param>
/// <param name="State">Where it stands.</param>
public readonly record struct EnqueueResult(JobId Id, bool Deduplicated, JobState State);
