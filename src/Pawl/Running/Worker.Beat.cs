using Pawl.Errors;
using Pawl.Storage;
using Pawl.Telemetry;

namespace Pawl.Running;

/// <summary>What it says of itself, and what it hears.</summary>
internal sealed partial class Worker
{
    private HeartbeatRequest Ask()
    {
        _inHandAtBeat.Clear();
        _slots.CopyAll(_inHandAtBeat);
        _begunAtBeat.Clear();
        var running = 0;
        foreach (var attempt in _inHandAtBeat)
        {
            running += attempt.IsWaiting ? 0 : 1;
            if (attempt is { Claimed.Prefetched: true, BeginTold: false, IsRunning: true })
            {
                _begunAtBeat.Add(attempt);
            }
        }

        return new()
        {
            WorkerId = Id,
            Beat = 0,
            Now = default,
            SlotsUsed = running,
            Cpu = _usage.Cpu(),
            MemoryBytes = Environment.WorkingSet,
            Draining = _draining || _stopping.IsCancellationRequested,
            Begun = [.. _begunAtBeat.Select(attempt => attempt.Claimed.Lease)],
        };
    }

    private void Hear(long id, HeartbeatReply reply)
    {
        if (!reply.Known)
        {
            LoseAll(id, expired: false);
            return;
        }

        // Not before it is stored: one that is never told and kills its process would count as never begun.
        foreach (var attempt in _begunAtBeat)
        {
            attempt.BeginTold = reply.BegunStored?.Contains(attempt.Claimed.Lease) ?? true;
        }

        if (reply.Drain != _draining)
        {
            SetDrain(reply.Drain);
        }

        var held = new Dictionary<Lease, bool>(reply.Held.Count);
        foreach (var (lease, cancel) in reply.Held)
        {
            held[lease] = cancel;
        }

        // Only those that were in hand before we asked: what came since is not in the answer yet.
        foreach (var attempt in _inHandAtBeat)
        {
            if (attempt.IsOver)
            {
                continue;
            }

            if (!held.TryGetValue(attempt.Claimed.Lease, out var cancel))
            {
                Lose(attempt);
            }
            else if (cancel && !attempt.CancelRequested)
            {
                Cancel(attempt);
            }
        }

        GiveBackStrange(reply.Held);
    }

    private void Cancel(Attempt attempt)
    {
        attempt.CancelRequested = true;
        if (_slots.TryGiveBack(attempt))
        {
            _execution.GiveBack(attempt, "stop.user");
        }
        else
        {
            Stop(attempt, StopCause.User, attempt.Claimed.Grace);
            _ = AskGraceAsync(attempt);
        }
    }

    /// <summary>Who cancels may have given another time of grace than the job's own.</summary>
    private async Task AskGraceAsync(Attempt attempt)
    {
        await Task.Yield();
        try
        {
            if (await _store.GetAsync([attempt.Claimed.Lease.Job], _hurry.Token) is [var job])
            {
                attempt.Grace = job.Grace;
                _watch.Wake();
            }
        }
        catch (Exception)
        {
            // Then the job's own holds.
        }
    }

    private void SetDrain(bool drain)
    {
        _draining = drain;
        if (drain)
        {
            Log.Draining(_logger, Id);
            GiveBack(_slots.GiveBack(null), "drain");
        }
        else
        {
            Log.DrainsNoMore(_logger, Id);
            Unparch();
            _claims.Set();
        }
    }

    /// <summary>Gives leases back that a claim must have given us although its answer never came, and those whose end cannot be
    /// stored.</summary>
    private void GiveBackStrange(IReadOnlyList<HeldLease> held)
    {
        var strange = new HashSet<Lease>();
        lock (_gate)
        {
            foreach (var (lease, _) in held)
            {
                if (_doubtful.Contains(lease.Token) || _stranded.Contains(lease))
                {
                    strange.Add(lease);
                }
            }
        }

        // Strange twice: at the first time its end may only have been on the way.
        foreach (var lease in strange.Where(_strange.Contains))
        {
            _ = GiveBackAsync(lease);
        }

        _strange.Clear();
        _strange.UnionWith(strange);
    }

    private async Task GiveBackAsync(Lease lease)
    {
        await Task.Yield();
        try
        {
            await _store.SettleAsync(
                [new() { Lease = lease, Outcome = Outcome.Released, Event = JobEvent.Released, Rule = "claim_unanswered" }],
                _clock.GetUtcNow(),
                _hurry.Token);
            lock (_gate)
            {
                _stranded.Remove(lease);
            }
        }
        catch (Exception)
        {
            // It is held still at the next beat, and tried again.
        }
    }
}
