using Microsoft.Extensions.Logging;
using Pawl.Storage;
using Pawl.Telemetry;

namespace Pawl.Maintenance;

/// <summary>The recovery sweep: by itself where the chores are done, on demand in any process. One runs at a time in the installation,
/// since each takes a lead of its own in the store, whose term is its number.</summary>
internal sealed class Recovery : IChore, IRecovery
{
    private const int MostRecent = 20;
    private const string Stopped = "stopped";

    // A store that failed may be back long before the next sweep is due.
    private static readonly TimeSpan AfterTrouble = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly IJobStore _store;
    private readonly Action<string, RecoveryAction> _told;
    private readonly RecoveryOptions _options;
    private readonly Leader _leader;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly RecoveryCycle _cycle;
    private readonly Lock _gate = new();
    private readonly RecoveryPlace _place = new();
    private readonly LinkedList<RecoveryRun> _recent = [];
    private bool _busy;
    private long? _running;
    private long? _holder;   // the worker in whose name the store may hold the lead of a run, though none runs
    private bool _started;

    public Recovery(IJobStore store, ChoreSettings settings, Leader leader, StuckWatch stuck, TimeProvider clock, ILogger logger)
    {
        _store = store;
        _options = settings.Recovery;
        _told = settings.Told;
        _leader = leader;
        _clock = clock;
        _logger = logger;
        _cycle = new RecoveryCycle(
            store,
            settings,
            clock,
            job => stuck.Current.FirstOrDefault(found => found.Job == job.Id && found.Attempt == job.Attempt)?.Silence ?? TimeSpan.Zero,
            term => leader.Known == term);
    }

    public string Name => "recovery";

    /// <summary>A cycle asks checks of the user's, each with a limit of its own.</summary>
    public TimeSpan Limit => Timeout.InfiniteTimeSpan;

    public Alarm Alarm { get; } = new();

    public long? RunningId
    {
        get
        {
            lock (_gate)
            {
                return _running;
            }
        }
    }

    public IReadOnlyList<RecoveryRun> Recent
    {
        get
        {
            lock (_gate)
            {
                return [.. _recent];
            }
        }
    }

    public TimeSpan Begin(long term)
    {
        _started = false;
        return _options.StartDelay;
    }

    public async ValueTask<TimeSpan> StepAsync(long term, CancellationToken cancellationToken)
    {
        if (await EnterAsync(cancellationToken) is not { Id: { } id })
        {
            return Patience;
        }

        var began = _clock.GetTimestamp();
        var trigger = _started ? RecoveryTrigger.Periodic : RecoveryTrigger.Startup;
        _started = true;
        var request = new RecoveryRequest(
            RecoveryKind.Comprehensive, trigger, Words.Of(trigger), DryRun: false, _options.BatchSize);
        var run = await RunAsync(id, term, request, cancellationToken);
        if (run.Errors.Any(error => error.JobId is null) && _options.Interval > AfterTrouble)
        {
            return AfterTrouble;
        }

        var rest = _options.Interval - _clock.GetElapsedTime(began);
        return rest > TimeSpan.Zero ? rest : TimeSpan.Zero;
    }

    public async Task<RecoveryRun> RunAsync(
        RecoveryKind kind,
        bool dryRun = false,
        int? limit = null,
        string? by = null,
        CancellationToken cancellationToken = default)
    {
        if (!Enum.IsDefined(kind))
        {
            throw new ArgumentOutOfRangeException(
                nameof(kind), kind, $"A recovery is one of {string.Join(", ", Words.All<RecoveryKind>())}.");
        }

        if (limit < 1 || limit > _options.BatchSize)
        {
            throw new ArgumentOutOfRangeException(nameof(limit), limit, $"A recovery takes 1 to {_options.BatchSize} jobs at once.");
        }

        // A sweep may take minutes; the caller's thread has better things to do than to begin it.
        await Task.Yield();
        await _leader.DecidedAsync(Patience, cancellationToken);
        if (_leader.Known is not { } term || _leader.Worker is null)
        {
            throw new PawlException(
                "not_leader",
                "It is not known yet who does the chores of this installation. Wait until the host has started, then ask again.");
        }

        var (entered, running) = await EnterAsync(cancellationToken);
        if (entered is not { } id)
        {
            var which = running is { } number ? $"Recovery {number} is running." : "Another recovery is about to begin.";
            var refusal = new PawlException("recovery_running", $"{which} One runs at a time in the installation; wait for its end.");
            refusal.Data["run_id"] = running;
            throw refusal;
        }

        var request = new RecoveryRequest(
            kind, RecoveryTrigger.Manual, by ?? Words.Of(RecoveryTrigger.Manual), dryRun, limit ?? _options.BatchSize);
        return await RunAsync(id, term, request, cancellationToken);
    }

    /// <summary>Gives back what an earlier run could not, because the store failed just then.</summary>
    public async ValueTask ReleaseAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_busy || _holder is null)
            {
                return;
            }

            _busy = true;
        }

        await IdleAfterLeavingAsync(cancellationToken);
    }

    /// <summary>Begins a run: its number; or the number of the one that runs, here or in another process.</summary>
    private async ValueTask<(long? Id, long? Running)> EnterAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_busy)
            {
                return (null, _running);
            }

            _busy = true;
        }

        var entered = false;
        try
        {
            await LeaveAsync(cancellationToken);
            if (_leader.Worker is not { } me)
            {
                return default;
            }

            _holder = me;
            LeadReply reply;
            do
            {
                reply = await _store.LeadAsync(new LeadRequest(me) { Name = LeadRequest.Recovery }, cancellationToken);
            }
            while (reply is { Mine: false, Leader: null });   // the other one has just left
            if (!reply.Mine)
            {
                _holder = null;
                return (null, reply.Term);
            }

            lock (_gate)
            {
                _running = reply.Term;
            }

            entered = true;
            return (reply.Term, null);
        }
        finally
        {
            if (!entered)
            {
                Idle();
            }
        }
    }

    /// <summary>Leaves the lead of a run, if the store may hold it in this process's name.</summary>
    private async ValueTask LeaveAsync(CancellationToken cancellationToken)
    {
        if (_holder is { } holder)
        {
            await _store.LeadAsync(new LeadRequest(holder, Leave: true) { Name = LeadRequest.Recovery }, cancellationToken);
            _holder = null;
        }
    }

    /// <summary>Ends a run. A stop of the host must not wait for the store for ever; until it answers, no other run begins here.</summary>
    private async ValueTask ExitAsync()
    {
        using var limit = new CancellationTokenSource(Patience, _clock);
        try
        {
            await IdleAfterLeavingAsync(limit.Token).WaitAsync(limit.Token);
        }
        catch (Exception error)
        {
            Log.RecoveryNotLeft(_logger, error);   // the loop that watches the leader tries again
        }
    }

    private async Task IdleAfterLeavingAsync(CancellationToken cancellationToken)
    {
        try
        {
            await LeaveAsync(cancellationToken);
        }
        finally
        {
            Idle();
        }
    }

    private void Idle()
    {
        lock (_gate)
        {
            (_busy, _running) = (false, null);
        }
    }

    private async Task<RecoveryRun> RunAsync(long id, long term, RecoveryRequest request, CancellationToken cancellationToken)
    {
        var tally = new RecoveryTally(id, request, _clock.GetUtcNow()) { Told = _told };
        try
        {
            await _cycle.RunAsync(tally, _place, term, cancellationToken);
            return await EndAsync(tally);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            // What it did until then is done, and people should find it in the report.
            tally.Ended(Stopped, "It was stopped before its end; the rest is for the next cycle.");
            await EndAsync(tally);
            throw;
        }
        finally
        {
            await ExitAsync();
        }
    }

    private async Task<RecoveryRun> EndAsync(RecoveryTally tally)
    {
        var run = tally.Result(_clock.GetUtcNow());
        if (run.Errors.FirstOrDefault(static error => error.Code != Stopped) is { } first)
        {
            Log.RecoveredWithErrors(_logger, run.Message, run.Errors.Count, first.Message);
        }
        else
        {
            Log.Recovered(_logger, run.Message);
        }

        run = run.DryRun ? run : await RecordAsync(run);
        lock (_gate)
        {
            _recent.AddFirst(run);
            if (_recent.Count > MostRecent)
            {
                _recent.RemoveLast();
            }
        }

        return run;
    }

    private async Task<RecoveryRun> RecordAsync(RecoveryRun run)
    {
        var fact = new Fact(EventKind.Recovery, Actor: run.By, Reason: Words.Of(run.Kind), Title: run.Message, Data: RecoveryJson.Of(run));

        // Not broken off by a stop of the host: what was done by then must be told. But a stop must not wait for the store for ever.
        using var limit = new CancellationTokenSource(Patience, _clock);
        try
        {
            await _store.RecordAsync([fact], _clock.GetUtcNow(), limit.Token).AsTask().WaitAsync(limit.Token);
            return run;
        }
        catch (Exception error)
        {
            // What was recovered is recovered, each with an event of its own; only the report is missing.
            Log.RecoveryNotRecorded(_logger, run.Id, error);
            var missing = new RecoveryError(null, "store_failed", $"The report was not recorded: {error.Message}");
            return run with { Success = false, Errors = [.. run.Errors, missing] };
        }
    }
}
