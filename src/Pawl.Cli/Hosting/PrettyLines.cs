using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Pawl.Cli.Hosting;

/// <summary>One line an event, for people. What it says comes from jobs too, so it is escaped.</summary>
internal sealed class PrettyLines() : ConsoleFormatter(FormName)
{
    public const string FormName = "pretty";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var level = logEntry.LogLevel switch
        {
            LogLevel.Trace => "trace",
            LogLevel.Debug => "debug",
            LogLevel.Information => "info ",
            LogLevel.Warning => "WARN ",
            LogLevel.Error => "ERROR",
            _ => "CRIT ",
        };
        var time = TimeZoneInfo.ConvertTime(TimeProvider.System.GetUtcNow(), TimeZoneInfo.Local);
        textWriter.Write(time.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture));
        textWriter.Write($" {level} ");
        textWriter.Write(Escape.Line(logEntry.Formatter(logEntry.State, logEntry.Exception)));
        for (var error = logEntry.Exception; error is not null; error = error.InnerException)
        {
            textWriter.Write(Escape.Line($" <- {error.GetType().Name}: {error.Message}"));
        }

        textWriter.Write('\n');
    }
}
