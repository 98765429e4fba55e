using Microsoft.Extensions.Logging;

namespace Pawl.Running;

/// <summary>Keeps what is logged while a handler runs with its attempt. The host's other loggers get it as usual.</summary>
internal sealed class AttemptLog : ILoggerProvider
{
    // Flows with the handler's code wherever it awaits; nobody else's lines are taken.
    private static readonly AsyncLocal<AttemptContext?> Current = new();

    /// <summary>From here on, in this flow of control, lines belong to an attempt.</summary>
    public static void Enter(AttemptContext attempt) => Current.Value = attempt;

    public ILogger CreateLogger(string categoryName) =>
        categoryName == Telemetry.Log.Category ? Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance : new Keeper(null);

    /// <summary>A logger of one attempt for programs that have no logging of their own.</summary>
    public static ILogger Only(AttemptContext attempt) => new Keeper(attempt);

    public void Dispose()
    {
    }

    private sealed class Keeper(AttemptContext? only) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None && (only ?? Current.Value) is { IsOver: false };

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel) && (only ?? Current.Value) is { } attempt)
            {
                var fields = state as IReadOnlyList<KeyValuePair<string, object?>>;
                attempt.Keep(logLevel, attempt.Clock.GetUtcNow(), formatter(state, exception), fields, exception);
            }
        }
    }
}
