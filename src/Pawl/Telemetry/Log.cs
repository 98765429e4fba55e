using Microsoft.Extensions.Logging;

namespace Pawl.Telemetry;

/// <summary>Every line the engine logs: fixed numbers, named facts, and from Warning up what follows.</summary>
/// <remarks>1100 host, 1200 attempts, 1300 worker, 1400 chores (in a file of their own).</remarks>
internal static partial class Log
{
    /// <summary>The category of all of them.</summary>
    public const string Category = "Pawl";

    [LoggerMessage(1100, LogLevel.Information, "Pawl works on {Kind} {Version} at {Place}, schema {Schema}.")]
    public static partial void Ready(ILogger logger, string kind, string version, string place, int schema);

    [LoggerMessage(1101, LogLevel.Warning,
        "The tables are not there yet. Steps to apply: {Pending}; tables missing: {Missing}. Nothing runs until then; looked for every 5 "
            + "to 60 s. Apply them with Pawl:Schema:Migrate=true, pawl db migrate, or by hand with what pawl db script prints; what is "
            + "missing without a step to apply comes back from a backup only.")]
    public static partial void WaitsForSchema(ILogger logger, string pending, string missing);

    [LoggerMessage(1102, LogLevel.Warning, "The store does not answer. Nothing runs until it does; asked every 1 to 30 s.")]
    public static partial void WaitsForStore(ILogger logger, Exception error);

    [LoggerMessage(1103, LogLevel.Information, "This process only creates and watches jobs: Pawl:Worker:Enabled is false.")]
    public static partial void NoWorker(ILogger logger);

    [LoggerMessage(1104, LogLevel.Critical, "A loop of the engine ended by an error it should have survived. Restart the process, and "
        + "report this.")]
    public static partial void LoopEnded(ILogger logger, Exception error);

    [LoggerMessage(1105, LogLevel.Information, "No job is started here: Pawl:Scheduler:Enabled is false.")]
    public static partial void SchedulerOff(ILogger logger);

    [LoggerMessage(1106, LogLevel.Warning,
        "Something that listens to Pawl's {What} threw. They have gaps from now on; the jobs go on, and this is not told again.")]
    public static partial void ListenerThrew(ILogger logger, string what, Exception error);

    [LoggerMessage(1107, LogLevel.Warning,
        "Failures cannot be reported to {Place}: {Why}. The jobs go on; reports are dropped, and this is told once until it works again.")]
    public static partial void ReportDropped(ILogger logger, string place, string why, Exception? error);

    [LoggerMessage(1108, LogLevel.Warning,
        "The process that had '{Place}' last was cut off, and its log '{Place}-wal' is not there. What was in that log alone is gone: jobs "
        + "that were taken shortly before, or their ends. Where a backup was put in the file's place, all is well.")]
    public static partial void LogGone(ILogger logger, string place);

    [LoggerMessage(1200, LogLevel.Debug, "Job {JobId} ({Type}) succeeded on attempt {Attempt} after {Run}.", SkipEnabledCheck = true)]
    public static partial void Succeeded(ILogger logger, long jobId, string type, int attempt, TimeSpan run);

    [LoggerMessage(1201, LogLevel.Warning, "Job {JobId} ({Type}) failed on attempt {Attempt} of {MaxAttempts} ({Code}) on worker "
        + "{WorkerId} after {Run}; it runs again at {RunAt:O}.")]
    public static partial void RunsAgain(
        ILogger logger,
        long jobId,
        string type,
        int attempt,
        int maxAttempts,
        string code,
        long workerId,
        TimeSpan run,
        DateTimeOffset? runAt,
        Exception? error);

    [LoggerMessage(1202, LogLevel.Error,
        "Job {JobId} ({Type}) failed for good on attempt {Attempt} ({Code}) on worker {WorkerId} after {Run}. It is on the dead list; "
            + "retry or dismiss it there.")]
    public static partial void FailedForGood(
        ILogger logger, long jobId, string type, int attempt, string code, long workerId, TimeSpan run, Exception? error);

    [LoggerMessage(1203, LogLevel.Information, "Job {JobId} ({Type}) waits until {RunAt:O} ({Reason}); no attempt is used.")]
    public static partial void Snoozed(ILogger logger, long jobId, string type, DateTimeOffset? runAt, string reason);

    [LoggerMessage(1204, LogLevel.Information, "Job {JobId} ({Type}) was cancelled on attempt {Attempt}.")]
    public static partial void Cancelled(ILogger logger, long jobId, string type, int attempt);

    [LoggerMessage(1205, LogLevel.Debug, "Job {JobId} ({Type}) was given back; nothing is counted.")]
    public static partial void Released(ILogger logger, long jobId, string type);

    [LoggerMessage(1206, LogLevel.Warning,
        "The end of job {JobId} ({Type}) on attempt {Attempt} came too late ({Answer}) and changed nothing: another attempt or an end "
            + "owns the job.")]
    public static partial void CameTooLate(ILogger logger, long jobId, string type, int attempt, string answer);

    [LoggerMessage(1207, LogLevel.Warning,
        "The handler of job {JobId} ({Type}) did not stop within {Grace} after it was told to ({Cause}). Its slot is given to another "
            + "job; what it still writes is refused.")]
    public static partial void LeftBehind(ILogger logger, long jobId, string type, TimeSpan grace, string cause);

    [LoggerMessage(1208, LogLevel.Warning, "Job {JobId} ({Type}) lost its lease on attempt {Attempt}: it is stopped, and its result is "
        + "dropped.")]
    public static partial void LeaseLost(ILogger logger, long jobId, string type, int attempt);

    [LoggerMessage(1209, LogLevel.Warning, "Something that waits for the token of job {JobId} ({Type}) threw when it was told to stop. "
        + "The stop goes on.")]
    public static partial void StopThrew(ILogger logger, long jobId, string type, Exception error);

    [LoggerMessage(1210, LogLevel.Warning, "The failure observer {Observer} threw for job {JobId}. The job is not touched by it.")]
    public static partial void ObserverThrew(ILogger logger, string observer, long jobId, Exception error);

    [LoggerMessage(1211, LogLevel.Error,
        "The end of job {JobId} ({Type}) cannot be stored as it is ({Reason}). It is stored as failed instead.")]
    public static partial void EndRefused(ILogger logger, long jobId, string type, string reason, Exception error);

    [LoggerMessage(1212, LogLevel.Error,
        "The engine broke around job {JobId} ({Type}): a fault of its own, or of a listener to its meters. The job is given back.")]
    public static partial void ChainBroke(ILogger logger, long jobId, string type, Exception error);

    [LoggerMessage(1213, LogLevel.Warning,
        "What job {JobId} ({Type}) had to say at its end was refused: {Reason} It ends as {Outcome} all the same; of its last words only "
            + "the log is kept.")]
    public static partial void LastWordsDropped(ILogger logger, long jobId, string type, string outcome, string reason);

    [LoggerMessage(1214, LogLevel.Warning, "The end of job {JobId} ({Type}) is stored, but a logger or a meter threw when it "
        + "was told.")]
    public static partial void EndUnheard(ILogger logger, long jobId, string type, Exception error);

    [LoggerMessage(1215, LogLevel.Warning, "A line of the command could not be used ({Code}): {Reason}")]
    public static partial void LineUnused(ILogger logger, string code, string reason);

    [LoggerMessage(1216, LogLevel.Warning,
        "The output ends here: it reached its limit of {Limit} bytes. What the command writes from now on is dropped.")]
    public static partial void OutputFull(ILogger logger, long limit);

    [LoggerMessage(1300, LogLevel.Information, "Worker {WorkerId} ({Name}) is ready: {Slots} slots, {Express} of them kept for urgent "
        + "jobs, {Types} types.")]
    public static partial void WorkerReady(ILogger logger, long workerId, string name, int slots, int express, int types);

    [LoggerMessage(1301, LogLevel.Warning, "Work could not be fetched. It is tried again in {Delay}, and then more seldom, up to every "
        + "5 s.")]
    public static partial void ClaimFailed(ILogger logger, TimeSpan delay, Exception error);

    [LoggerMessage(1302, LogLevel.Information, "Work is fetched again.")]
    public static partial void ClaimWorks(ILogger logger);

    [LoggerMessage(1303, LogLevel.Warning, "A sign of life could not be stored. If that goes on for {Ttl}, all attempts here are stopped.")]
    public static partial void BeatFailed(ILogger logger, TimeSpan ttl, Exception error);

    [LoggerMessage(1304, LogLevel.Information, "Signs of life are stored again.")]
    public static partial void BeatWorks(ILogger logger);

    [LoggerMessage(1305, LogLevel.Error,
        "Worker {WorkerId} could not renew its leases for {Ttl}: its {Attempts} attempts are stopped and their results dropped, because "
            + "others may run them now. It registers anew.")]
    public static partial void StoppedItself(ILogger logger, long workerId, TimeSpan ttl, int attempts);

    [LoggerMessage(1306, LogLevel.Error,
        "Worker {WorkerId} was declared gone: its {Attempts} attempts are stopped and their results dropped, because others may run them "
            + "now. It registers anew.")]
    public static partial void DeclaredGone(ILogger logger, long workerId, int attempts);

    [LoggerMessage(1307, LogLevel.Information, "Worker {WorkerId} stops: {Waiting} jobs are given back, {Running} may run on for {Drain}.")]
    public static partial void Stopping(ILogger logger, long workerId, int waiting, int running, TimeSpan drain);

    [LoggerMessage(1308, LogLevel.Information, "Worker {WorkerId} tells its {Running} running jobs to save and stop.")]
    public static partial void Interrupting(ILogger logger, long workerId, int running);

    [LoggerMessage(1309, LogLevel.Warning,
        "{Running} handlers ignored the stop of the host. Their jobs are given back although their code may run until the process ends.")]
    public static partial void HandlersIgnoredStop(ILogger logger, int running);

    [LoggerMessage(1310, LogLevel.Information, "Worker {WorkerId} has stopped.")]
    public static partial void Stopped(ILogger logger, long workerId);

    [LoggerMessage(1311, LogLevel.Warning, "{Count} ends of attempts could not be stored. They are kept and tried again in {Delay}, up "
        + "to every 5 s.")]
    public static partial void SettleFailed(ILogger logger, int count, TimeSpan delay, Exception error);

    [LoggerMessage(1312, LogLevel.Information, "Ends of attempts are stored again.")]
    public static partial void SettleWorks(ILogger logger);

    [LoggerMessage(1313, LogLevel.Warning, "Progress and logs could not be stored. They are kept in memory and tried again.")]
    public static partial void SaveFailed(ILogger logger, Exception error);

    [LoggerMessage(1314, LogLevel.Information, "Worker {WorkerId} takes no new work: an operator wants it to drain.")]
    public static partial void Draining(ILogger logger, long workerId);

    [LoggerMessage(1315, LogLevel.Information, "Worker {WorkerId} takes work again.")]
    public static partial void DrainsNoMore(ILogger logger, long workerId);

    [LoggerMessage(1316, LogLevel.Error, "{Count} ends of attempts could not be stored before the process stopped. Their jobs are "
        + "offered again when the lease has passed.")]
    public static partial void EndsNotStored(ILogger logger, int count);
}
