using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Pawl.Bench;

/// <summary>A host with Pawl in it, as a user would write it.</summary>
internal sealed class Engine : IAsyncDisposable
{
    private readonly IHost _host;
    private bool _disposed;

    private Engine(IHost host) => _host = host;

    public IJobs Jobs => _host.Services.GetRequiredService<IJobs>();

    public Ran Ran => _host.Services.GetRequiredService<Ran>();

    /// <summary>Builds it and starts it; with no slots it only enqueues.</summary>
    public static async Task<Engine> StartAsync(int slots, Action<Noop, JobContext>? heard = null, int? prefetch = null)
    {
        var engine = Build(slots, heard, prefetch);
        await engine.StartAsync();
        return engine;
    }

    /// <summary>Builds it: the program's own start-up, before any worker of it starts.</summary>
    public static Engine Build(int slots, Action<Noop, JobContext>? heard = null, int? prefetch = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddSimpleConsole();
        builder.Logging.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(
            options => options.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.AddSingleton(new Ran { Heard = heard });
        var pawl = builder.Services.AddPawl(options =>
        {
            options.Worker.Enabled = slots > 0;
            options.Worker.Slots = Math.Max(1, slots);
            options.Worker.MaxPrefetch = prefetch ?? options.Worker.MaxPrefetch;
        });
        Database.Current.Use(pawl);
        pawl.AddHandler<NoopHandler, Noop>();
        return new Engine(builder.Build());
    }

    public Task StartAsync() => _host.StartAsync();

    /// <summary>Until somebody asks the process to end.</summary>
    public Task StoppedAsync() => _host.WaitForShutdownAsync();

    /// <summary>Enqueues in batches.</summary>
    public async Task BulkAsync(int count, int batch, EnqueueOptions? options = null)
    {
        for (var left = count; left > 0; left -= batch)
        {
            await Jobs.EnqueueManyAsync(Enumerable.Range(0, Math.Min(batch, left)).Select(index => Noop.Of(left - index)), options);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_disposed)
        {
            _disposed = true;
            await _host.StopAsync();
            _host.Dispose();
        }
    }
}
