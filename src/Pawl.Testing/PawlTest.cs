using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pawl.Hosting;
using Pawl.Sqlite;
using Pawl.Storage;

namespace Pawl.Testing;

/// <summary>Pawl as in a program, for tests of handlers: the real engine, the real store in memory, and a clock you move.</summary>
/// <remarks>Nothing sleeps: a test says what there is to do, lets it run, and moves the clock where something waits for a time. Scopes are
/// validated, as in development: a singleton that asks for a scoped service fails.</remarks>
public sealed class PawlTest : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Action<PawlBuilder> _configure;
    private readonly Action<PawlOptions>? _options;
    private readonly OneByOne _steps = new();
    private readonly SqliteStore _store = SqliteStore.Open("Data Source=:memory:");
    private readonly IJobStore _seen;
    private IHost _host = null!;

    private PawlTest(Action<PawlBuilder> configure, Action<PawlOptions>? options, Func<IJobStore, IJobStore>? around)
    {
        (_configure, _options) = (configure, options);
        _seen = around?.Invoke(_store) ?? _store;
    }

    /// <summary>Creates jobs and looks at them.</summary>
    public IJobs Jobs => Services.GetRequiredService<IJobs>();

    /// <summary>The clock everything runs on.</summary>
    public ManualClock Clock { get; } = new();

    /// <summary>The services of the program under test.</summary>
    public IServiceProvider Services => _host.Services;

    /// <summary>Starts a program.</summary>
    /// <param name="configure">Its handlers, and the services they need (<see cref="PawlBuilder.Services"/>).</param>
    /// <param name="options">Its settings.</param>
    /// <param name="cancellationToken">Gives the start up.</param>
    public static async Task<PawlTest> StartAsync(
        Action<PawlBuilder> configure, Action<PawlOptions>? options = null, CancellationToken cancellationToken = default) =>
        await StartAsync(configure, options, null, cancellationToken);

    /// <summary>The same with something around the store that brings faults.</summary>
    internal static async Task<PawlTest> StartAsync(
        Action<PawlBuilder> configure,
        Action<PawlOptions>? options,
        Func<IJobStore, IJobStore>? around,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var test = new PawlTest(configure, options, around);
        try
        {
            await test.StartAsync(cancellationToken);
            return test;
        }
        catch (Exception)
        {
            await test.EndAsync();
            throw;
        }
    }

    /// <summary>Stops the program in good order, as a deployment does, and starts it again on the same store.</summary>
    /// <remarks>The clock moves as far as the stop needs: running handlers have <see cref="WorkerOptions.DrainTimeout"/>, are then told to
    /// stop, and have their time of grace.</remarks>
    /// <param name="cancellationToken">Gives the start up.</param>
    public async Task RestartAsync(CancellationToken cancellationToken = default)
    {
        var stop = _steps.StartAsync(() => _host.StopAsync(CancellationToken.None));
        while (true)
        {
            await _steps.QuietAsync();
            if (stop.IsCompleted)
            {
                break;
            }

            Clock.AdvanceToNextTimer();
        }

        await stop;
        await DisposeHostAsync();
        await StartAsync(cancellationToken);
    }

    /// <summary>Lets everything run that can run now, and ends when nothing is left: no job runs, none could, none is due.</summary>
    /// <remarks>The clock stands still meanwhile. A handler that waits on it does so for ever: move the clock first.</remarks>
    /// <param name="cancellationToken">Gives the wait up.</param>
    /// <exception cref="TimeoutException">Something was still running after 30 s of real time; the message holds the last
    /// events.</exception>
    public async Task RunUntilIdleAsync(CancellationToken cancellationToken = default)
    {
        // Wakes when the engine has done all it could; until then a handler may wait for something outside.
        using var signal = new Signal(TimeProvider.System);
        using var stop = cancellationToken.UnsafeRegister(static signal => ((Signal)signal!).Set(), signal);
        var still = new Standstill(_store, Services.GetRequiredService<JobTypes>(), Clock);
        Action quieted = signal.Set;
        _steps.Quieted += quieted;
        try
        {
            var since = TimeProvider.System.GetTimestamp();
            while (true)
            {
                await _steps.QuietAsync();
                if (Services.GetRequiredService<PawlHost>().Worker is { IsIdle: true } && await still.IsReachedAsync(cancellationToken))
                {
                    return;
                }

                var left = Patience - TimeProvider.System.GetElapsedTime(since);
                if (left <= TimeSpan.Zero)
                {
                    throw new TimeoutException(await LastEventsAsync(cancellationToken));
                }

                await signal.WaitAsync(left);
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            _steps.Quieted -= quieted;
        }
    }

    /// <summary>Moves the clock from one timer to the next, lets the engine do at each what it does, and at the end all that has come
    /// due.</summary>
    /// <param name="by">How far.</param>
    /// <param name="cancellationToken">Gives the wait up.</param>
    /// <exception cref="TimeoutException">As for <see cref="RunUntilIdleAsync"/>.</exception>
    public async Task AdvanceAsync(TimeSpan by, CancellationToken cancellationToken = default)
    {
        await PassAsync(by, cancellationToken);
        await RunUntilIdleAsync(cancellationToken);
    }

    /// <summary>Moves the clock from one timer to the next and lets the engine do at each what it does; handlers may still run at the
    /// end.</summary>
    /// <param name="by">How far.</param>
    /// <param name="cancellationToken">Gives the wait up.</param>
    public async Task PassAsync(TimeSpan by, CancellationToken cancellationToken = default)
    {
        var since = Clock.GetTimestamp();
        await _steps.QuietAsync();
        while (by - Clock.GetElapsedTime(since) is var left && left > TimeSpan.Zero)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Clock.Advance(Clock.UntilNextTimer is { } next && next < left ? next : left);
            await _steps.QuietAsync();
        }
    }

    /// <summary>Stops the program without waiting for anything, and throws its store away.</summary>
    public ValueTask DisposeAsync() => EndAsync();

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new() { DisableDefaults = true });
        builder.ConfigureContainer(new DefaultServiceProviderFactory(new() { ValidateScopes = true }));
        builder.Services.AddSingleton<TimeProvider>(Clock);
        builder.Services.AddSingleton<ILoops>(_steps);
        builder.Services.AddSingleton(_seen);
        _configure(builder.Services.AddPawl(options =>
        {
            // All that can run now shall run now, also in a queue nobody named before.
            options.Worker.LearnAgain = TimeSpan.Zero;
            _options?.Invoke(options);
        }));
        _host = builder.Build();
        await _host.StartAsync(cancellationToken);
    }

    private async ValueTask EndAsync()
    {
        // Now: a clock that stands still would never end a drain.
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        if (_host is not null)
        {
            await _host.StopAsync(now.Token);
            await DisposeHostAsync();
        }

        await _store.DisposeAsync();
    }

    private async ValueTask DisposeHostAsync()
    {
        if (_host is IAsyncDisposable disposable)
        {
            await disposable.DisposeAsync();
        }
        else
        {
            _host.Dispose();
        }
    }

    private async Task<string> LastEventsAsync(CancellationToken cancellationToken)
    {
        var text = new StringBuilder("Something still runs after 30 s. A handler that waits on the clock needs it moved. The last events:");
        var events = await _store.EventsAsync(new(Limit: 10_000), cancellationToken);
        foreach (var happened in events.TakeLast(20))
        {
            text.AppendLine().Append(CultureInfo.InvariantCulture, $"  {happened.Seq} {happened.Kind} job {happened.JobId} attempt "
                + $"{happened.Attempt} {happened.Reason}");
        }

        return text.ToString();
    }
}
