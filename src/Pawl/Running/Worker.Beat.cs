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
            Draining = _draining || _stopping.IsCancellationRequested,
            Begun = [.. _begunAtBeat.Select(attempt => attempt.Claimed.Lease)],
        };
    }

    private void Hear(HeartbeatReply reply)
    {
        if (!reply.Known)
        {
            LoseAll(expired: false);
            return;
        }

        // Not before it is stored: one that is never told and kills its process would count as never begun.
        _begunAtBeat.ForEach(attempt => attempt.BeginTold = true);
        if (reply.Drain != _draining)
        {
            SetDrain(reply.Drain);
        }

        var held = new Dictionary<(JobId, int), bool>(reply.Held.Count);
        foreach (var lease in reply.Held)
        {
            held[(lease.Job, lease.Attempt)] = lease.CancelRequested;
        }

        // Only those that were in hand before we asked: what came since is not in the answer yet.
        foreach (var attempt in _inHandAtBeat)
        {
            if (attempt.IsOver)
            {
                continue;
            }

            if (!held.TryGetValue((attempt.Claimed.Lease.Job, attempt.Claimed.Lease.Attempt), out var cancel))
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

    /// <summary>Gives leases back that a claim must have given us although its answer never came.</summary>
    private void GiveBackStrange(IReadOnlyList<HeldLease> held)
    {
        List<LeaseToken> tokens;
        lock (_gate)
        {
            if (_doubtful.Count == 0)
            {
                _strange.Clear();
                return;
            }

            tokens = [.. _doubtful];
        }

        var known = new HashSet<(JobId, int)>();
        _inHandAtBeat.Clear();
        _slots.CopyAll(_inHandAtBeat);
        foreach (var attempt in _inHandAtBeat)
        {
            known.Add((attempt.Claimed.Lease.Job, attempt.Claimed.Lease.Attempt));
        }

        var strange = held.Select(lease => (lease.Job, lease.Attempt)).Where(lease => !known.Contains(lease)).ToHashSet();

        // Strange twice: at the first time its answer, or its end, may only have been on the way.
        foreach (var (job, attempt) in strange.Where(_strange.Contains))
        {
            foreach (var token in tokens)
            {
                _ = GiveBackAsync(new(job, attempt, token));
            }
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
        }
        catch (Exception)
        {
            // It is held still at the next beat, and tried again.
        }
    }
}
