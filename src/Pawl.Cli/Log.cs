using Microsoft.Extensions.Logging;

namespace Pawl.Cli;

/// <summary>What the server's program has to say on top of the engine and the API.</summary>
internal static partial class Log
{
    [LoggerMessage(1900, LogLevel.Warning,
        "The collector at {Endpoint} does not take traces and metrics ({Why}). The jobs go on, what could not be sent is dropped, and this "
            + "is told once until it works again. Correct OTEL_EXPORTER_OTLP_ENDPOINT, or take it away.")]
    public static partial void CollectorAway(ILogger logger, string endpoint, string why);
}
