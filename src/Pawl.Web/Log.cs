using Microsoft.Extensions.Logging;

namespace Pawl.Web;

/// <summary>What the HTTP API has to say.</summary>
internal static partial class Log
{
    /// <summary>The category of all of them.</summary>
    public const string Category = "Pawl.Web";

    [LoggerMessage(1800, LogLevel.Error,
        "Request {RequestId} ({Method} {Route}) failed by an error nobody expected; it was answered 500. Report this with the trace.")]
    public static partial void Unexpected(ILogger logger, string requestId, string method, string route, Exception error);

    [LoggerMessage(1801, LogLevel.Warning,
        "Request {RequestId} ({Method} {Route}) could not be done: the store failed ({Code}). It was answered 503, and the caller may try "
            + "again.")]
    public static partial void StoreFailed(
        ILogger logger, string requestId, string method, string route, string code, Exception error);

    [LoggerMessage(1802, LogLevel.Information, "The first admin key was made. It is in {Place} and shown nowhere else.")]
    public static partial void FirstKey(ILogger logger, string place);

    [LoggerMessage(1803, LogLevel.Warning,
        "There is no API key yet, so every request is answered 401. Set Pawl:Web:KeyFile and restart, and one is made and written there.")]
    public static partial void NoKey(ILogger logger);

    [LoggerMessage(1804, LogLevel.Error,
        "The first admin key could not be written to {Place}; it was taken back. Make the folder writable and restart.")]
    public static partial void KeyFileFailed(ILogger logger, string place, Exception error);

    [LoggerMessage(1805, LogLevel.Warning, "What {Caller} did ({Action}) could not be put into the audit log: the store failed.")]
    public static partial void AuditFailed(ILogger logger, string caller, string action, Exception error);

    [LoggerMessage(1806, LogLevel.Information,
        "The first admin key is in {Place}. It is good as soon as the tables are there; until then /readyz tells it what is missing.")]
    public static partial void KeyWaits(ILogger logger, string place);

    [LoggerMessage(1807, LogLevel.Information,
        "A stream of {Caller} was closed: what was sent to it was not read for {Patience}. Its client comes again when it can.")]
    public static partial void LetGo(ILogger logger, string caller, TimeSpan patience);
}
