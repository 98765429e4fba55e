using Pawl.Errors;
using Pawl.Telemetry;

namespace Pawl.Running;

/// <summary>How it stops: take nothing more, give back what has not begun, let run, tell to stop, store, leave.</summary>
internal sealed partial class Worker
{
    // After the handlers' own time of grace the ends must still reach the store.
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(5);

    /// <summary>Stops in good order.</summary>
    /// <param name="hurry">Set when the host waits no longer: then what is left is dropped as it is.</param>
    public async Task StopAsync(CancellationToken hurry)
    {
        // What listens to the token must not run as part of the caller's call.
        await Task.Yield();
        if (_stopping.IsCancellationRequested)
        {
            await Task.WhenAll(_saving, _settling, _beating, _working);
            return;
        }

        _store.Wakeups.Runnable -= _runnable;
        _stopping.Cancel();
        _claims.Set();
        var waiting = _slots.GiveBack(null);
        Log.Stopping(_logger, Id, waiting.Count, _slots.Running, _options.DrainTimeout);
        GiveBack(waiting, "host_stops");
        using var ring = hurry.UnsafeRegister(static ended => ((Signal)ended!).Set(), _ended);
        await EmptyAsync(_options.DrainTimeout, hurry);
        if (!_slots.IsEmpty)
        {
            await InterruptAsync(hurry);
        }

        await CloseAsync();
    }

    private async Task InterruptAsync(CancellationToken hurry)
    {
        Log.Interrupting(_logger, Id, _slots.Running);
        var running = new List<Attempt>();
        _slots.CopyRunning(running);
        var grace = TimeSpan.Zero;
        foreach (var attempt in running)
        {
            grace = attempt.Claimed.Grace > grace ? attempt.Claimed.Grace : grace;
            Stop(attempt, StopCause.Host, attempt.Claimed.Grace);
        }

        await EmptyAsync(grace, hurry);
        running.Clear();
        _slots.CopyRunning(running);
        if (running.Count > 0)
        {
            Log.HandlersIgnoredStop(_logger, running.Count);
            running.ForEach(LeaveBehind);
        }
    }

    /// <summary>Waits until nothing runs, at most so long.</summary>
    private async Task EmptyAsync(TimeSpan atMost, CancellationToken hurry)
    {
        var since = _clock.GetTimestamp();
        while (!_slots.IsEmpty
            && !hurry.IsCancellationRequested
            && atMost - _clock.GetElapsedTime(since) is var left && left > TimeSpan.Zero)
        {
            await _ended.WaitAsync(left);
        }
    }

    private async Task CloseAsync()
    {
        _watch.Close();
        using var over = new CancellationTokenSource(LastWords, _clock);
        using var ring = over.Token.UnsafeRegister(static hurry => ((CancellationTokenSource)hurry!).Cancel(), _hurry);

        // What a claim under way still brings is given back, and that must be stored like any other end.
        try
        {
            await _claiming.WaitAsync(over.Token);
        }
        catch (OperationCanceledException)
        {
            // Its jobs stay leased, and are offered again when the lease has passed.
        }

        _settlements.Close();
        await _settling;

        // The saves last: an end may wait for the last lines of its attempt.
        _saves.Close();
        await _saving;
        if (_settlements.Pending > 0)
        {
            Log.EndsNotStored(_logger, _settlements.Pending);
        }

        await _working;
        _heartbeat.Close();
        await _beating;
        try
        {
            await _heartbeat.LeaveAsync(_settlements.Pending == 0, over.Token);
        }
        catch (Exception error)
        {
            // The sweeper finds the silence.
            Log.BeatFailed(_logger, _options.LeaseTtl, error);
        }

        Log.Stopped(_logger, Id);
    }
}
