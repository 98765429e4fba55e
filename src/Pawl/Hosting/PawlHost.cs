using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pawl.Maintenance;
using Pawl.Running;
using Pawl.Storage;
using Pawl.Telemetry;

namespace Pawl.Hosting;

/// <summary>Starts with the host and stops with it: the tables, then the worker and the chores.</summary>
/// <remarks>A schema that is newer, foreign or damaged fails the start. A store that is away, or whose tables are not there yet, does not:
/// the host runs, and Pawl goes on by itself as soon as it can.</remarks>
internal sealed class PawlHost(
    IJobStore store,
    Func<Worker> makeWorker,
    Func<Chores> makeChores,
    ILoops loops,
    PawlOptions options,
    TimeProvider clock,
    ILogger logger)
    : IHostedService, IDisposable
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstWaitForSchema = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestWaitForSchema = TimeSpan.FromSeconds(60);

    private readonly CancellationTokenSource _stopping = new();
    private Worker? _worker;
    private bool _toldSchema;
    private bool _toldStore;
    private bool _toldRefusal;
    private bool _stopped;
    private Task _waiting = Task.CompletedTask;
    private Task _loops = Task.CompletedTask;

    /// <summary>The worker, once the tables are there.</summary>
    public Worker? Worker => _worker;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // Made now, so that what is wrong with the types or the settings fails the start.
        var (worker, chores) = (makeWorker(), makeChores());
        if (await LookAsync(cancellationToken) is null)
        {
            Begin(worker, chores);
        }
        else
        {
            _waiting = loops.StartAsync(() => WaitAsync(worker, chores));
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_stopped)
        {
            return;   // asked twice: a host that is disposed after it was stopped does so
        }

        _stopped = true;
        await loops.StartAsync(CancelAsync);
        await _waiting;
        if (_worker is { } worker)
        {
            await worker.StopAsync(cancellationToken);
        }

        await _loops;
    }

    public void Dispose() => _stopping.Dispose();

    /// <summary>Looks whether the store can be worked on; null when it can, else how long to wait first and at most.</summary>
    private async Task<(TimeSpan First, TimeSpan Longest)?> LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            var schema = await store.MigrateAsync(options.Schema.Migrate, cancellationToken);
            if (schema.Ready)
            {
                Log.Ready(logger, store.Info.Kind, store.Info.Version, store.Info.Place, schema.Version);
                return null;
            }

            if (!_toldSchema)
            {
                _toldSchema = true;
                Log.WaitsForSchema(logger, Listed(schema.Pending), Listed(schema.Missing));
            }

            return (FirstWaitForSchema, LongestWaitForSchema);
        }
        catch (Exception error) when (error is not (OperationCanceledException or PawlException { ExitCode: not null }))
        {
            // Away for now. What will never work bears an exit code, and fails the start.
            if (!_toldStore)
            {
                _toldStore = true;
                Log.WaitsForStore(logger, error);
            }

            return (FirstWait, LongestWait);
        }
    }

    private static string Listed(IReadOnlyList<string> names) => names.Count == 0 ? "none" : string.Join(", ", names);

    private async Task WaitAsync(Worker worker, Chores chores)
    {
        for (var tries = 0; !_stopping.IsCancellationRequested; tries++)
        {
            try
            {
                if (await LookAsync(_stopping.Token) is not { } wait)
                {
                    Begin(worker, chores);
                    return;
                }

                await Task.Delay(StoreFaults.Delay(tries, wait.First, wait.Longest), clock, _stopping.Token);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (PawlException error) when (error.Code.StartsWith("storage_", StringComparison.Ordinal))
            {
                // A login or a database that is refused now may be put right, and this process runs: it goes on by itself.
                if (!_toldRefusal)
                {
                    _toldRefusal = true;
                    Log.WaitsForStore(logger, error);
                }

                await QuietAsync(LongestWait);
            }
            catch (PawlException error)
            {
                // Refused for good while the host runs already: it cannot be failed any more, but it can be said.
                Log.LoopEnded(logger, error);
                return;
            }
        }
    }

    /// <summary>Tells the loops. What a driver does when it is broken off must not hold up whoever stops the host.</summary>
    private Task CancelAsync()
    {
        _stopping.Cancel();
        return Task.CompletedTask;
    }

    private async Task QuietAsync(TimeSpan wait)
    {
        try
        {
            await Task.Delay(wait, clock, _stopping.Token);
        }
        catch (OperationCanceledException)
        {
            // The loop sees it.
        }
    }

    private void Begin(Worker worker, Chores chores)
    {
        if (!options.Scheduler.Enabled)
        {
            Log.SchedulerOff(logger);
            return;
        }

        if (!options.Worker.Enabled)
        {
            Log.NoWorker(logger);
        }

        _worker = worker;
        _loops = loops.StartAsync(() => GuardAsync(Task.WhenAll(worker.RunAsync(), chores.RunAsync(_stopping.Token))));
    }

    private async Task GuardAsync(Task all)
    {
        try
        {
            await all;
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Stopped.
        }
        catch (Exception error)
        {
            Log.LoopEnded(logger, error);
        }
    }
}
