using Microsoft.Extensions.Logging;
using Pawl.Errors;
using Pawl.Storage;
using Pawl.Telemetry;

namespace Pawl.Running;

/// <summary>Runs jobs in this process: registers, claims, runs, beats, stops. Its loops never die; they back off and report.</summary>
internal sealed partial class Worker : IAsyncDisposable
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1);

    // A store that was away is back within 10 s at full speed, so this and what follows it must be less.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstWaitForSchema = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestWaitForSchema = TimeSpan.FromSeconds(60);

    private readonly IJobStore _store;
    private readonly Handlers _handlers;
    private readonly WorkerOptions _options;
    private readonly RetryBudgetOptions _budget;
    private readonly TimeProvider _clock;
    private readonly IChance _chance;
    private readonly ILogger _logger;
    private readonly Slots _slots;
    private readonly Saves _saves;
    private readonly Settlements _settlements;
    private readonly Execution _execution;
    private readonly Watch _watch;
    private readonly Heartbeat _heartbeat;
    private readonly Signal _claims;
    private readonly Signal _ended;
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _hurry = new();
    private readonly Action<int> _runnable;
    private readonly Usage _usage;
    private readonly List<Attempt> _inHandAtBeat = [];
    private readonly List<Attempt> _begunAtBeat = [];
    private readonly List<LeaseToken> _doubtful = [];   // of claims that were not answered
    private readonly HashSet<Lease> _stranded = [];   // whose attempts ended here, and nobody could say how
    private readonly HashSet<Lease> _strange = [];
    private long _workerId;
    private int _era;
    private volatile Dry _dry;
    private bool _draining;
    private Task _working = Task.CompletedTask;
    private Task _claiming = Task.CompletedTask;
    private Task _saving = Task.CompletedTask;
    private Task _settling = Task.CompletedTask;
    private Task _beating = Task.CompletedTask;

    public Worker(
        IJobStore store,
        Handlers handlers,
        NewJobs jobs,
        Classifier classifier,
        IEnumerable<IJobFailureObserver> observers,
        PawlOptions options,
        Meters meters,
        TimeProvider clock,
        IChance chance,
        ILoggerFactory? loggers,
        ILogger logger)
    {
        logger = new QuietLogger(logger);
        (_store, _handlers, _options, _clock, _chance, _logger) = (store, handlers, options.Worker, clock, chance, logger);
        _usage = new(clock);
        _budget = options.RetryBudget;
        _slots = new(_options, new(handlers.Types, _options), clock);
        _saves = new(store, _options, clock, logger);
        _settlements = new(store, observers, meters, clock, logger)
        {
            Stranded = attempt => Strand(attempt.Claimed.Lease),
            Judge = (attempt, error) => _execution!.Judge(attempt, error),
            Eased = Ease,
        };
        var tools = new AttemptTools(store, jobs, _saves, classifier, options, clock, loggers)
        {
            LeaseLost = Lose,
            Spawned = child => meters.Enqueued(child.Type, child.Queue, child.Trigger, 1),
            Stale = meters.Stale,
        };
        _execution = new(tools, _settlements, chance, meters, logger);
        _watch = new(_slots, _saves, clock) { Stop = Stop, LeaveBehind = LeaveBehind, GiveBack = GiveBackWaiting };
        _heartbeat = new(store, _options, clock, logger) { Ask = Ask, Hear = Hear, Expired = id => LoseAll(id, expired: true) };
        _claims = new(clock);
        _ended = new(clock);
        _runnable = _ =>
        {
            _hinted = true;
            Unparch();
            _claims.Set();
        };
    }

    /// <summary>Its number; 0 before it is registered.</summary>
    public long Id => Volatile.Read(ref _workerId);

    /// <summary>How many attempts run here.</summary>
    public int Running => _slots.Running;

    /// <summary>Whether nothing is in hand and nothing waits to be stored.</summary>
    public bool IsIdle => _slots.IsEmpty && _settlements.Pending == 0;

    /// <summary>Starts its loops, and ends when <see cref="StopAsync"/> has ended them.</summary>
    public Task RunAsync()
    {
        _store.Wakeups.Runnable += _runnable;
        _saving = _saves.RunAsync(_hurry.Token);
        _settling = _settlements.RunAsync(_hurry.Token);
        _beating = _heartbeat.RunAsync();
        _claiming = ClaimAsync();
        _working = Task.WhenAll(_claiming, _watch.RunAsync());
        return Task.WhenAll(_saving, _settling, _beating, _working);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_stopping.IsCancellationRequested)
        {
            await StopAsync(new(canceled: true));
        }

        _claims.Dispose();
        _ended.Dispose();
        _saves.Dispose();
        _settlements.Dispose();
        _watch.Dispose();
        _heartbeat.Dispose();
        _stopping.Dispose();
        _hurry.Dispose();
    }

    /// <summary>A chain of attempts in one slot.</summary>
    private async Task ChainAsync(Attempt first)
    {
        // From here on it is nobody's call: it must not run on the thread of who claimed.
        await Task.Yield();
        for (var attempt = first; attempt is not null;)
        {
            try
            {
                await _execution.RunAsync(attempt);
            }
            catch (Exception error)
            {
                // Ours or a listener's, not the handler's. The heartbeat finds the lease and gives it back.
                Log.ChainBroke(_logger, attempt.Claimed.Lease.Job.Value, attempt.Type.Name, error);
                Strand(attempt.Claimed.Lease);
            }

            attempt = _slots.Next(attempt, out var low, out var room);
            if (room)
            {
                Unparch();
            }

            if (low || room || attempt is null)
            {
                _claims.Set();
            }
        }

        _ended.Set();
    }

    private void Fill()
    {
        foreach (var attempt in _slots.Fill() ?? [])
        {
            _ = ChainAsync(attempt);
        }
    }

    private void Stop(Attempt attempt, StopCause cause, TimeSpan grace)
    {
        if (attempt.TryStop(cause, grace, _clock.GetTimestamp()))
        {
            _watch.Wake();
            _ = CancelAsync(attempt);
        }
    }

    /// <summary>Sets the token away from the loops: whoever registered with it runs there, and may block or throw.</summary>
    private async Task CancelAsync(Attempt attempt)
    {
        await Task.Yield();
        try
        {
            attempt.Cancel();
        }
        catch (AggregateException error)
        {
            Log.StopThrew(_logger, attempt.Claimed.Lease.Job.Value, attempt.Type.Name, error);
        }
    }

    private void LeaveBehind(Attempt attempt)
    {
        if (_execution.TryLeaveBehind(attempt) || attempt.Lost)
        {
            _slots.LeaveBehind(attempt);
            _claims.Set();
            _ended.Set();
            Fill();
        }
    }

    private void GiveBackWaiting(List<Attempt> attempts)
    {
        // What was measured was wrong: for a while nothing is taken ahead, or the same jobs would come and go.
        Volatile.Write(ref _gaveBackAt, _clock.GetTimestamp());
        GiveBack(attempts, "waited_too_long");
    }

    private void GiveBack(List<Attempt> attempts, string rule)
    {
        foreach (var attempt in attempts)
        {
            if (!attempt.Lost)
            {
                _execution.GiveBack(attempt, rule);
            }
        }
    }

    /// <summary>The store says that an attempt's lease is gone.</summary>
    private void Lose(Attempt attempt)
    {
        if (attempt.IsOver)
        {
            return;
        }

        Log.LeaseLost(_logger, attempt.Claimed.Lease.Job.Value, attempt.Type.Name, attempt.Claimed.Lease.Attempt);
        Drop(attempt);
    }

    private void Drop(Attempt attempt)
    {
        if (_slots.TryGiveBack(attempt))
        {
            attempt.Drop();
            return;
        }

        attempt.Drop();
        Stop(attempt, StopCause.Host, attempt.Claimed.Grace);
    }

    /// <summary>All leases are gone: others may run these jobs now.</summary>
    /// <param name="id">Whose. What comes late for an earlier number says nothing of this one.</param>
    /// <param name="expired">Whether they could not be renewed; else the store knows the worker no more.</param>
    private void LoseAll(long id, bool expired)
    {
        var all = new List<Attempt>();
        lock (_gate)
        {
            if (id == 0 || id != _workerId)
            {
                return;
            }

            _era++;
            _doubtful.Clear();
            _stranded.Clear();
            _slots.CopyAll(all);
            Volatile.Write(ref _workerId, 0);
        }

        if (expired)
        {
            Log.StoppedItself(_logger, id, _heartbeat.Trust, all.Count);
        }
        else
        {
            Log.DeclaredGone(_logger, id, all.Count);
        }

        all.ForEach(Drop);
        _claims.Set();
    }
}
