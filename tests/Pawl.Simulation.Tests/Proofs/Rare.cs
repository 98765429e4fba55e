namespace Pawl.Simulation.Tests.Proofs;

/// <summary>What must have happened at least once in many runs: a simulator that never sees it is blind.</summary>
internal static class Rare
{
    public const string StaleCompleteRefused = "stale complete refused";
    public const string AmbiguousEndResolved = "ambiguous end resolved";
    public const string CrashLoop = "end by crash_loop";
    public const string CancelBeforeComplete = "cancel before complete";
    public const string CompleteBeforeCancel = "complete before cancel";
    public const string LeaderChangedInSweep = "leader change during a sweep";
    public const string CheckpointResumed = "checkpoint resumed";
    public const string RetryDeferred = "retry budget hit";
    public const string ReleasedAndRerun = "released and run again";
    public const string SnoozedByRateLimit = "snooze by rate limit";
    public const string DuplicateAfterTimeout = "duplicate key after a timeout";
    public const string WorkerDeclaredGone = "a living worker declared gone";
    public const string LostPage = "a loss in several pages";
    public const string Recovered = "failed job recovered";
    public const string CommitRefused = "commit refused";

    public static IReadOnlyList<string> All { get; } =
    [
        StaleCompleteRefused, AmbiguousEndResolved, CrashLoop, CancelBeforeComplete, CompleteBeforeCancel, LeaderChangedInSweep,
        CheckpointResumed, RetryDeferred, ReleasedAndRerun, SnoozedByRateLimit, DuplicateAfterTimeout, WorkerDeclaredGone, LostPage,
        Recovered, CommitRefused,
    ];
}
