using Microsoft.Extensions.Logging;
using Pawl.Storage;
using Pawl.Telemetry;

namespace Pawl.Maintenance;

/// <summary>The recovery sweep, by itself and on demand; one at a time in the installation, since only the leader runs it.</summary>
internal sealed class Recovery : IChore, IRecovery
{
    private const int MostRecent = 20;

    // A term has room for so many runs: with one a second it would last for 11 days, and a run is seldom that short.
    private const long RunsInTerm = 1_000_000;

    // A store that failed may be back long before the next sweep is due.
    private static readonly TimeSpan AfterTrouble = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly IJobStore _store;
    private readonly RecoveryOptions _options;
    private readonly Leader _leader;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly RecoveryCycle _cycle;
    private readonly Lock _gate = new();
    private readonly RecoveryPlace _place = new();
    private readonly LinkedList<RecoveryRun> _recent = [];
    private long? _running;
    private (long Term, long Count) _last;
    private bool _started;

    public Recovery(IJobStore store, ChoreSettings settings, Leader leader, StuckWatch stuck, TimeProvider clock, ILogger logger)
    {
        _store = store;
        _options = settings.Recovery;
        _leader = leader;
        _clock = clock;
        _logger = logger;
        _cycle = new RecoveryCycle(
            store,
            settings,
            clock,
            job => stuck.Current.FirstOrDefault(found => found.Job == job.Id && found.Attempt == job.Attempt)?.Silence ?? TimeSpan.Zero,
            term => leader.Term == term);
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
        if (Enter(term) is not { } id)
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
        if (await _leader.DecidedAsync(Patience, cancellationToken) is not { } term)
        {
            throw new PawlException(
                "not_leader",
                _leader.Other is { } other
                    ? $"Worker {other} does the chores of this installation. Ask its process for a recovery."
                    : "It is not known yet who does the chores of this installation. Wait until the host has started, then ask again.");
        }

        if (Enter(term) is not { } id)
        {
            var running = RunningId;
            var refusal = new PawlException("recovery_running", $"Recovery {running} is running. One runs at a time; wait for its end.");
            refusal.Data["run_id"] = running;
            throw refusal;
        }

        var request = new RecoveryRequest(
            kind, RecoveryTrigger.Manual, by ?? Words.Of(RecoveryTrigger.Manual), dryRun, limit ?? _options.BatchSize);
        return await RunAsync(id, term, request, cancellationToken);
    }

    /// <summary>The number of a new run; null while another one runs.</summary>
    private long? Enter(long term)
    {
        lock (_gate)
        {
            if (_running is not null)
            {
                return null;
            }

            // The term is given by the database and used by one leader alone, so the number is the installation's.
            _last = _last.Term == term ? (term, _last.Count + 1) : (term, 1);
            return _running = (term * RunsInTerm) + _last.Count;
        }
    }

    private async Task<RecoveryRun> RunAsync(long id, long term, RecoveryRequest request, CancellationToken cancellationToken)
    {
        var tally = new RecoveryTally(id, request, _clock.GetUtcNow());
        try
        {
            await _cycle.RunAsync(tally, _place, term, cancellationToken);
            return await EndAsync(tally);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // What it did until then is done, and people should find it in the report.
            tally.Ended("stopped", "It was stopped before its end; the rest is for the next cycle.");
            await EndAsync(tally);
            throw;
        }
        finally
        {
            lock (_gate)
            {
                _running = null;
            }
        }
    }

    private async Task<RecoveryRun> EndAsync(RecoveryTally tally)
    {
        var run = tally.Result(_clock.GetUtcNow());
        if (run.Errors is [var first, ..])
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
