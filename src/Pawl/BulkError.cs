namespace Pawl;

/// <summary>A job that a bulk operation did not change.</summary>
/// <param name="Job">The job.</param>
/// <param name="Code">Why, as a stable word.</param>
public readonly record struct BulkError(JobId Job, string Code);
