using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Pawl.Tests.Telemetry;

/// <summary>Keeps each line with its facts and those of the scopes around it.</summary>
internal sealed class Lines : ILoggerProvider, ISupportExternalScope, ILogger
{
    private readonly ConcurrentQueue<Dictionary<string, object?>> _all = new();
    private IExternalScopeProvider? _scopes;

    public IReadOnlyCollection<Dictionary<string, object?>> All => _all;

    /// <summary>The numbers of the lines.</summary>
    public IEnumerable<int> Ids => _all.Select(line => (int)line["Id"]!);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var line = new Dictionary<string, object?> { ["Id"] = eventId.Id };
        _scopes?.ForEachScope(Add, line);
        Add(state, line);
        _all.Enqueue(line);

        static void Add(object? facts, Dictionary<string, object?> line)
        {
            foreach (var (name, value) in facts as IEnumerable<KeyValuePair<string, object?>> ?? [])
            {
                line[name] = value;
            }
        }
    }

    public void Dispose()
    {
    }
}
