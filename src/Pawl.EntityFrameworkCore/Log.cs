using Microsoft.Extensions.Logging;

namespace Pawl.EntityFrameworkCore;

/// <summary>What the outbox has to say.</summary>
internal static partial class Log
{
    [LoggerMessage(1700, LogLevel.Error,
        "Job {JobId} ({Type}) of the outbox was refused: {Code} (job {Other}). It will not run, and its row stays in pawl_outbox. "
        + "Clear its 'refused' to try again, or delete it.")]
    public static partial void Refused(ILogger logger, long jobId, string type, string code, long? other);

    [LoggerMessage(1701, LogLevel.Warning,
        "The outbox of {Context} could not be handed on to Pawl. Its jobs wait there; it tries again, up to every 5 s.")]
    public static partial void Failed(ILogger logger, string context, Exception error);

    [LoggerMessage(1702, LogLevel.Information, "The outbox of {Context} is handed on again.")]
    public static partial void Works(ILogger logger, string context);
}
