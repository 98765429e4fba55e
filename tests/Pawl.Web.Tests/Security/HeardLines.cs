using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Pawl.Web.Tests.Security;

/// <summary>What the host's log gets of the engine and the server, with its facts and exceptions; of all else what is a warning.</summary>
/// <remarks>What a handler logs by its own logger is left out: it is the host's matter, as for any other code of the program.</remarks>
internal sealed class HeardLines : ILoggerProvider
{
    private readonly ConcurrentQueue<string> _lines = new();

    public string Text => string.Join('\n', _lines);

    public ILogger CreateLogger(string categoryName) => new Ear(_lines, categoryName);

    public void Dispose()
    {
    }

    private sealed class Ear(ConcurrentQueue<string> lines, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) =>
            category.StartsWith("Pawl", StringComparison.Ordinal) || (category != "vault" && logLevel >= LogLevel.Warning);

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                var facts = state is IEnumerable<KeyValuePair<string, object?>> all ? string.Join(", ", all) : "";
                lines.Enqueue($"{category}: {formatter(state, exception)} [{facts}] {exception?.Message} {exception}");
            }
        }
    }
}
