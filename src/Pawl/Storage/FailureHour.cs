namespace Pawl.Storage;

/// <summary>What failed alike in one hour on one worker.</summary>
/// <param name="Hour">The hour, UTC.</param>
/// <param name="WorkerId">The worker.</param>
/// <param name="Attempts">Attempts that failed so.</param>
/// <param name="Jobs">Their jobs: those that had not failed so in this hour before.</param>
/// <param name="NewJobs">Those of them that had never failed so before.</param>
public readonly record struct FailureHour(DateTimeOffset Hour, long WorkerId, long Attempts, long Jobs, long NewJobs);
