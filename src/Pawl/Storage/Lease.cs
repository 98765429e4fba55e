namespace Pawl.Storage;

/// <summary>The exclusive right to run one attempt; what every write of it must show.</summary>
/// <param name="Job">The job.</param>
/// <param name="Attempt">The attempt: the epoch.</param>
/// <param name="Token">The secret given at the claim.</param>
public readonly record struct Lease(JobId Job, int Attempt, LeaseToken Token);
