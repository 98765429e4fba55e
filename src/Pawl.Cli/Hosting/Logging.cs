using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Pawl.Cli.Hosting;

/// <summary>The log of a server, on stderr: JSON lines for programs, short lines for people.</summary>
internal static class Logging
{
    public static void Add(ILoggingBuilder logging, string? form, bool more, bool less)
    {
        var pretty = form is null ? !Console.IsErrorRedirected : form == "pretty";
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("Pawl", more ? LogLevel.Debug : less ? LogLevel.Warning : LogLevel.Information);
        logging.SetMinimumLevel(less ? LogLevel.Warning : LogLevel.Information);
        logging.AddConsole(console =>
        {
            console.LogToStandardErrorThreshold = LogLevel.Trace;
            console.FormatterName = pretty ? PrettyLines.FormName : ConsoleFormatterNames.Json;
        });
        logging.AddConsoleFormatter<PrettyLines, ConsoleFormatterOptions>();
        logging.Services.Configure<JsonConsoleFormatterOptions>(json =>
        {
            json.UseUtcTimestamp = true;
            json.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";
        });
    }
}
