using Microsoft.Extensions.Logging;
using Pawl.Storage;
using Pawl.Telemetry;

namespace Pawl.Running;

/// <summary>Says that this worker lives, and hears what it should know.</summary>
/// <remarks>
/// On the system's clock, or the store's, it has a thread of its own and waits on it: a starved pool must not look like a dead worker. On
/// any other clock it is a loop like all others, so that a test and the simulator own its steps.
/// </remarks>
internal sealed class Heartbeat : IDisposable
{
    // Handlers are told this share of the lease before anybody may take it: some need a moment to stop.
    private const int MarginShare = 6;

    // While the store is in trouble it is asked so much more often: two beats missed must not be the end.
    private const int Hurry = 4;

    private readonly IJobStore _store;
    private readonly WorkerOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Signal _signal;
    private readonly ManualResetEventSlim _wake = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly Action<long> _attention;
    private long _beat;
    private long _renewedAt;
    private long _workerId;
    private bool _troubled;

    public Heartbeat(IJobStore store, WorkerOptions options, TimeProvider clock, ILogger logger)
    {
        (_store, _options, _clock, _logger) = (store, options, clock, logger);
        _signal = new(clock);
        _attention = id =>
        {
            if (id == Volatile.Read(ref _workerId))
            {
                BeatNow();
            }
        };
        store.Wakeups.Attention += _attention;
    }

    /// <summary>Gives what to say, and remembers what is in hand now.</summary>
    public required Func<HeartbeatRequest> Ask { get; init; }

    /// <summary>Takes in what the store answered to the worker of this number.</summary>
    public required Action<long, HeartbeatReply> Hear { get; init; }

    /// <summary>The leases of the worker of this number could not be renewed, and soon others may take them.</summary>
    public required Action<long> Expired { get; init; }

    /// <summary>How long after its last beat this process trusts its leases. Shorter than they live, so that its attempts have stopped
    /// before another's begin.</summary>
    public TimeSpan Trust => _options.LeaseTtl - (_options.LeaseTtl / MarginShare);

    /// <summary>The worker was registered: from now on it beats under this number.</summary>
    /// <param name="workerId">Its number.</param>
    /// <param name="askedAt">The clock's timestamp from before it was asked for: the store may know of it since then.</param>
    public void Registered(long workerId, long askedAt)
    {
        Volatile.Write(ref _renewedAt, askedAt);
        Volatile.Write(ref _workerId, workerId);
        BeatNow();
    }

    /// <summary>Beats as soon as possible.</summary>
    public void BeatNow()
    {
        _wake.Set();
        _signal.Set();
    }

    /// <summary>Runs until closed.</summary>
    public Task RunAsync()
    {
        if (_clock != TimeProvider.System && _clock != _store.Clock)
        {
            return LoopAsync();
        }

        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
#pragma warning disable RS0030 // its own thread, so that a starved pool does not look like a dead worker
        var thread = new Thread(() => Run(ended)) { IsBackground = true, Name = "Pawl heartbeat", Priority = ThreadPriority.AboveNormal };
        thread.Start();
#pragma warning restore RS0030
        return ended.Task;
    }

    /// <summary>Ends the beats.</summary>
    public void Close()
    {
        _store.Wakeups.Attention -= _attention;
        _closing.Cancel();
        BeatNow();
    }

    /// <summary>The last beat: the worker has stopped in good order.</summary>
    public async ValueTask LeaveAsync(bool holdsNothing, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _workerId) is not 0 and var id)
        {
            await _store.HeartbeatAsync(Next(id) with { Draining = true, Leaving = holdsNothing }, cancellationToken);
        }
    }

    public void Dispose()
    {
        _signal.Dispose();
        _wake.Dispose();
        _closing.Dispose();
    }

    private void Run(TaskCompletionSource ended)
    {
        try
        {
            while (!_closing.IsCancellationRequested)
            {
                _wake.Reset();
                StepAsync(wait: true).AsTask().GetAwaiter().GetResult();
                _wake.Wait(Pause());
            }

            ended.SetResult();
        }
        catch (Exception error)
        {
            ended.SetException(error);
        }
    }

    private async Task LoopAsync()
    {
        while (!_closing.IsCancellationRequested)
        {
            await StepAsync(wait: false);
            await _signal.WaitAsync(Pause());
        }
    }

    private async ValueTask StepAsync(bool wait)
    {
        var id = Volatile.Read(ref _workerId);
        if (id == 0)
        {
            return;
        }

        // The lease counts from before the call: how long the answer takes is time in which nobody knows that we live.
        var asked = _clock.GetTimestamp();
        try
        {
            var reply = wait ? Wait(Next(id)) : await AskAsync(Next(id));
            if (id != Volatile.Read(ref _workerId))
            {
                return;   // registered anew meanwhile: it tells of a worker that is no more
            }

            Volatile.Write(ref _renewedAt, asked);
            if (_troubled)
            {
                _troubled = false;
                Log.BeatWorks(_logger);
            }

            Hear(id, reply);
        }
        catch (Exception error) when (!_closing.IsCancellationRequested)
        {
            if (!_troubled)
            {
                _troubled = true;
                Log.BeatFailed(_logger, Trust, error);
            }

            if (Left() <= TimeSpan.Zero && Interlocked.CompareExchange(ref _workerId, 0, id) == id)
            {
                Expired(id);
            }
        }
        catch (Exception)
        {
            // Closed while it asked.
        }
    }

    /// <summary>Asks on this thread. A store that does not answer in time must not hold the next beat up.</summary>
    private HeartbeatReply Wait(HeartbeatRequest request)
    {
        var patience = Patience();
        var limit = new CancellationTokenSource();   // without a timer there is nothing to free
        var asked = _store.HeartbeatAsync(request, limit.Token).AsTask();
#pragma warning disable RS0030 // it waits on its own thread, which is there for nothing else
        if (asked.Wait(patience))
        {
            return asked.Result;
        }

        // Not on this thread: a driver may ask the server to break off and wait for it, and the server is what does not answer.
        _ = limit.CancelAsync();
#pragma warning restore RS0030
        throw Late(patience);
    }

    /// <summary>Asks on a clock that is not the system's, with the same limit.</summary>
    private async ValueTask<HeartbeatReply> AskAsync(HeartbeatRequest request)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
        var asked = _store.HeartbeatAsync(request, limit.Token);
        if (asked.IsCompleted)
        {
            return await asked;
        }

        var patience = Patience();
        try
        {
            return await asked.AsTask().WaitAsync(patience, _clock, _closing.Token);
        }
        catch (TimeoutException)
        {
            await Task.Yield();
            limit.Cancel();
            throw Late(patience);
        }
    }

    private static TimeoutException Late(TimeSpan patience) => new($"The store did not answer a heartbeat within {patience}.");

    /// <summary>How long the leases are still trusted.</summary>
    private TimeSpan Left() => Trust - _clock.GetElapsedTime(Volatile.Read(ref _renewedAt));

    /// <summary>How long an answer is waited for: never past the end of the trust.</summary>
    private TimeSpan Patience() => Least(_options.HeartbeatInterval, Left());

    /// <summary>How long until the next beat.</summary>
    private TimeSpan Pause() => Volatile.Read(ref _workerId) == 0 ? _options.HeartbeatInterval
        : Least(_troubled ? _options.HeartbeatInterval / Hurry : _options.HeartbeatInterval, Left());

    private static TimeSpan Least(TimeSpan one, TimeSpan other)
    {
        var least = one < other ? one : other;
        return least > TimeSpan.FromMilliseconds(1) ? least : TimeSpan.FromMilliseconds(1);
    }

    private HeartbeatRequest Next(long id) => Ask() with
    {
        WorkerId = id,
        Beat = Interlocked.Increment(ref _beat),
        Now = _clock.GetUtcNow(),
    };
}
