using Microsoft.Extensions.Logging;

namespace Pawl.Telemetry;

/// <summary>What the chores have to say.</summary>
internal static partial class Log
{
    [LoggerMessage(1400, LogLevel.Information, "Worker {WorkerId} does the chores of the installation (term {Term}).")]
    public static partial void Leads(ILogger logger, long workerId, long term);

    [LoggerMessage(1401, LogLevel.Information, "This process does the chores no longer (term {Term} is over).")]
    public static partial void LeadsNoMore(ILogger logger, long term);

    [LoggerMessage(1402, LogLevel.Warning,
        "The chore '{Chore}' failed. It tries again in {Delay}, and then more seldom, up to every {Longest} s.")]
    public static partial void ChoreFailed(ILogger logger, string chore, TimeSpan delay, int longest, Exception error);

    [LoggerMessage(1403, LogLevel.Information, "The chore '{Chore}' works again.")]
    public static partial void ChoreWorks(ILogger logger, string chore);

    [LoggerMessage(1404, LogLevel.Warning,
        "The tables are not there yet ({Pending} steps to apply, {Missing} tables missing). "
        + "The chores wait, look again every 5 to 60 s and go on by themselves.")]
    public static partial void ChoresWaitForSchema(ILogger logger, int pending, int missing);

    [LoggerMessage(1405, LogLevel.Information, "The tables are there; the chores go on.")]
    public static partial void ChoresHaveSchema(ILogger logger);

    [LoggerMessage(1410, LogLevel.Warning,
        "Worker {WorkerId} ({Worker}) is lost: {Why}. "
        + "Of its {Attempts} attempts {Queued} are offered again; what it still writes is refused.")]
    public static partial void WorkerLost(ILogger logger, long workerId, string worker, string why, int attempts, int queued);

    [LoggerMessage(1411, LogLevel.Error,
        "Job {JobId} is stopped as crash_loop: its worker was lost {LossCap} times, "
        + "last on attempt {Attempt}. Retry it by hand when the cause is gone.")]
    public static partial void CrashLoop(ILogger logger, long jobId, int attempt, int lossCap);

    [LoggerMessage(1412, LogLevel.Error,
        "The attempts of the lost worker {WorkerId} ({Worker}) could not be ended. The sweeper tries again.")]
    public static partial void WorkerNotSwept(ILogger logger, long workerId, string worker, Exception error);

    [LoggerMessage(1413, LogLevel.Warning,
        "The sweeper was held up for more than twice its step of {Step}. "
        + "It cannot tell who was silent meanwhile and watches all workers anew.")]
    public static partial void SweeperStalled(ILogger logger, TimeSpan step);

    [LoggerMessage(1420, LogLevel.Information, "{Removed} ended jobs were kept long enough and are removed.")]
    public static partial void Retained(ILogger logger, long removed);

    [LoggerMessage(1430, LogLevel.Information, "{Message}.")]
    public static partial void Recovered(ILogger logger, string message);

    [LoggerMessage(1431, LogLevel.Warning,
        "{Message}. The first of {Errors} errors: {Error}. What is left is looked at in the next cycle.")]
    public static partial void RecoveredWithErrors(ILogger logger, string message, int errors, string error);

    [LoggerMessage(1433, LogLevel.Warning,
        "The report of recovery {RecoveryId} could not be recorded. What it recovered is recovered.")]
    public static partial void RecoveryNotRecorded(ILogger logger, long recoveryId, Exception error);

    [LoggerMessage(1434, LogLevel.Warning,
        "The end of a recovery could not be told to the store. Until it can, no other recovery begins.")]
    public static partial void RecoveryNotLeft(ILogger logger, Exception error);

    [LoggerMessage(1432, LogLevel.Warning,
        "Job {JobId} ({Type}) runs on attempt {Attempt} and has made no progress for {Silence}. {Consequence}")]
    public static partial void JobStuck(ILogger logger, long jobId, string type, int attempt, TimeSpan silence, string consequence);

    [LoggerMessage(1406, LogLevel.Warning,
        "The leadership of the chores could not be given up. Another process takes over when the lease has passed.")]
    public static partial void NotLeft(ILogger logger, Exception error);

    [LoggerMessage(1440, LogLevel.Warning,
        "Health of queue '{Queue}' fell to {Report} (alert below {Below}). "
        + "The next alert comes only after it was well again, not within 15 minutes.")]
    public static partial void HealthAlert(ILogger logger, string? queue, string report, int below);
}
