using Microsoft.Extensions.Logging;
using Pawl.Storage;
using Pawl.Telemetry;

namespace Pawl.Maintenance;

/// <summary>The chores of the installation: one process leads and does them all; the others watch it.</summary>
/// <remarks>No loop ends before it is told to: a step that fails is reported once and tried again, after 1 s at first and 30 s at
/// most. When the watch over the leadership gets on again, all the others try at once.</remarks>
internal sealed class Chores
{
    private static readonly TimeSpan StepLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LeaveLimit = TimeSpan.FromSeconds(2);

    private readonly IJobStore _store;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Trouble _trouble;
    private readonly Leader _leader;
    private readonly DueJobs _due;
    private readonly BulkWork _bulk;
    private readonly Recovery _recovery;
    private readonly List<IChore> _chores;

    /// <summary>The chores of this process.</summary>
    /// <param name="store">Where the jobs are.</param>
    /// <param name="settings">The numbers to go by.</param>
    /// <param name="worker">This process's number among the workers, null while it is not registered; asked at every step.</param>
    /// <param name="clock">The time.</param>
    /// <param name="logger">Where news go.</param>
    public Chores(IJobStore store, ChoreSettings settings, Func<long?> worker, TimeProvider clock, ILogger logger)
    {
        _store = store;
        _clock = clock;
        _logger = logger;
        _trouble = new Trouble(store, logger);
        _leader = new Leader(store, settings, worker, clock, logger);
        _due = new DueJobs(store, settings, clock);
        _bulk = new BulkWork(store, settings, clock);
        var stuck = new StuckWatch(store, settings, clock, logger);
        _recovery = new Recovery(store, settings, _leader, stuck, clock, logger);
        var health = new HealthCheck(store, settings, stuck, clock, logger);
        Health = health;
        _chores =
        [
            new Sweeper(store, settings, worker, clock, logger),
            _due,
            _bulk,
            stuck,
            health,
            new Retention(store, settings, clock, logger),
            new DepthWatch(store, clock),
            .. settings.Recovery.Enabled ? [_recovery] : Array.Empty<IChore>(),
        ];
    }

    /// <summary>Recovery on demand.</summary>
    public IRecovery Recovery => _recovery;

    /// <summary>Health on demand.</summary>
    public IHealth Health { get; }

    /// <summary>Does the chores until it is told to stop; then gives the leadership up.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        _store.Wakeups.Scheduled += _due.Scheduled;
        _store.Wakeups.BulkMade += _bulk.Alarm.Ring;
        try
        {
            await Task.WhenAll([LeadAsync(cancellationToken), .. _chores.Select(chore => RunAsync(chore, cancellationToken))]);
        }
        finally
        {
            _store.Wakeups.Scheduled -= _due.Scheduled;
            _store.Wakeups.BulkMade -= _bulk.Alarm.Ring;
        }

        await LeaveAsync();
    }

    private async Task LeadAsync(CancellationToken cancellationToken)
    {
        var alarm = new Alarm();
        var failures = 0;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                TimeSpan rest;
                try
                {
                    rest = await WithinAsync(StepLimit, WatchAsync, cancellationToken);
                    if (failures > 0)
                    {
                        _chores.ForEach(static chore => chore.Alarm.Ring());   // the store is back
                    }

                    failures = Worked("leader", failures);
                }
                catch (Exception error) when (!cancellationToken.IsCancellationRequested)
                {
                    rest = await _trouble.FailedAsync("leader", failures++, Trouble.MostOfLeader, error, cancellationToken);
                }

                await alarm.RestAsync(rest, _clock, cancellationToken);
            }
            catch (Exception) when (cancellationToken.IsCancellationRequested)
            {
                return;   // stopped; and what a driver throws when it is broken off in the middle of something is no news
            }
        }
    }

    private async ValueTask<TimeSpan> WatchAsync(CancellationToken cancellationToken)
    {
        var rest = await _leader.StepAsync(cancellationToken);
        await _recovery.ReleaseAsync(cancellationToken);
        return rest;
    }

    private async Task RunAsync(IChore chore, CancellationToken cancellationToken)
    {
        long? term = null;
        var failures = 0;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                var now = await _leader.TermAsync(cancellationToken);
                TimeSpan rest;
                if (now != term)
                {
                    term = now;
                    rest = chore.Begin(now);
                }
                else
                {
                    try
                    {
                        rest = await WithinAsync(chore.Limit, token => chore.StepAsync(now, token), cancellationToken);
                        failures = Worked(chore.Name, failures);
                    }
                    catch (Exception error) when (!cancellationToken.IsCancellationRequested)
                    {
                        rest = await _trouble.FailedAsync(chore.Name, failures++, Trouble.Most, error, cancellationToken);
                    }
                }

                await chore.Alarm.RestAsync(rest, _clock, cancellationToken);
            }
            catch (Exception) when (cancellationToken.IsCancellationRequested)
            {
                return;   // stopped; and what a driver throws when it is broken off in the middle of something is no news
            }
        }
    }

    private int Worked(string chore, int failures)
    {
        if (failures > 0)
        {
            _trouble.Worked(chore);
        }

        return 0;
    }

    /// <summary>A step with a limit: what hangs would otherwise hang for good and nobody would hear of it.</summary>
    private async ValueTask<TimeSpan> WithinAsync(
        TimeSpan limit,
        Func<CancellationToken, ValueTask<TimeSpan>> step,
        CancellationToken cancellationToken)
    {
        if (limit == Timeout.InfiniteTimeSpan)
        {
            return await step(cancellationToken);
        }

        using var over = new CancellationTokenSource(limit, _clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellationToken);
        try
        {
            return await step(both.Token);
        }
        catch (OperationCanceledException error) when (over.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The store did not answer within {limit.TotalSeconds:0} s.", error);
        }
    }

    private async Task LeaveAsync()
    {
        using var over = new CancellationTokenSource(LeaveLimit, _clock);
        try
        {
            await _leader.LeaveAsync(over.Token);
        }
        catch (Exception error)
        {
            // The next leader waits for the lease to pass, that is all.
            Log.NotLeft(_logger, error);
        }
    }
}
