using Microsoft.Extensions.Logging;
using Pawl.Storage;
using Pawl.Telemetry;

namespace Pawl.Running;

/// <summary>Says that this worker lives, and hears what it should know.</summary>
/// <remarks>
/// On the system's clock it has a thread of its own and waits on it: a starved pool must not look like a dead worker. On any other clock it
/// is a loop like all others, so that a test and the simulator own its steps.
/// </remarks>
internal sealed class Heartbeat : IDisposable
{
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

    /// <summary>Takes in what the store answered.</summary>
    public required Action<HeartbeatReply> Hear { get; init; }

    /// <summary>The leases could not be renewed for as long as they live.</summary>
    public required Action Expired { get; init; }

    /// <summary>The worker was registered: from now on it beats under this number.</summary>
    public void Registered(long workerId)
    {
        Volatile.Write(ref _renewedAt, _clock.GetTimestamp());
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
        if (_clock != TimeProvider.System)
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
        if (Volatile.Read(ref _workerId) != 0)
        {
            await _store.HeartbeatAsync(Next() with { Draining = true, Leaving = holdsNothing }, cancellationToken);
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
                _wake.Wait(_options.HeartbeatInterval);
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
            await _signal.WaitAsync(_options.HeartbeatInterval);
        }
    }

    private async ValueTask StepAsync(bool wait)
    {
        if (Volatile.Read(ref _workerId) == 0)
        {
            return;
        }

        // The lease counts from before the call: how long the answer takes is time in which nobody knows that we live.
        var asked = _clock.GetTimestamp();
        try
        {
            var reply = wait ? Wait(Next()) : await _store.HeartbeatAsync(Next(), _closing.Token);
            Volatile.Write(ref _renewedAt, asked);
            if (_troubled)
            {
                _troubled = false;
                Log.BeatWorks(_logger);
            }

            Hear(reply);
        }
        catch (Exception error) when (!_closing.IsCancellationRequested)
        {
            if (!_troubled)
            {
                _troubled = true;
                Log.BeatFailed(_logger, _options.LeaseTtl, error);
            }

            if (_clock.GetElapsedTime(Volatile.Read(ref _renewedAt)) >= _options.LeaseTtl)
            {
                Volatile.Write(ref _workerId, 0);
                Expired();
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
        using var limit = new CancellationTokenSource();
        var asked = _store.HeartbeatAsync(request, limit.Token).AsTask();
#pragma warning disable RS0030 // it waits on its own thread, which is there for nothing else
        if (asked.Wait(_options.HeartbeatInterval))
        {
            return asked.Result;
        }
#pragma warning restore RS0030

        limit.Cancel();
        throw new TimeoutException($"The store did not answer a heartbeat within {_options.HeartbeatInterval}.");
    }

    private HeartbeatRequest Next() => Ask() with
    {
        WorkerId = Volatile.Read(ref _workerId),
        Beat = Interlocked.Increment(ref _beat),
        Now = _clock.GetUtcNow(),
    };
}
