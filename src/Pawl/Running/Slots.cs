using Pawl.Storage;

namespace Pawl.Running;

/// <summary>What this worker has in hand: attempts that run, and attempts taken ahead that wait for a slot.</summary>
/// <remarks>
/// A job of priority 40 and above may start in any free slot; the others leave the kept ones free. A slot is a chain of attempts run one
/// after another: it begins when there is something to run and ends when there is nothing.
/// </remarks>
internal sealed class Slots(WorkerOptions options, Limits limits, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly Queue<Attempt> _urgent = new();
    private readonly Queue<Attempt> _ordinary = new();
    private readonly List<Attempt> _running = new(options.Slots);
    private readonly RunTimes _times = new();
    private readonly int _open = options.Slots - options.KeptSlots;
    private int _ordinaryRunning;
    private int _waiting;
    private int _lastChances;
    private int _refillAt;
    private bool _low;

    // How many may wait at most: the mean of a type says little where its runs differ much, so this becomes half whenever some waited too
    // long, and one more whenever as many began.
    private int _mayWait = options.MaxPrefetch;
    private int _begunAhead;

    /// <summary>How many attempts run.</summary>
    public int Running
    {
        get
        {
            lock (_gate)
            {
                return _running.Count;
            }
        }
    }

    /// <summary>Whether nothing is in hand.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_gate)
            {
                return _running.Count == 0 && _waiting == 0;
            }
        }
    }

    public IReadOnlyList<string> Queues
    {
        get
        {
            lock (_gate)
            {
                return limits.Queues;
            }
        }
    }

    /// <summary>What to ask for now; null when there is no need.</summary>
    /// <param name="ahead">Whether anything may be taken ahead.</param>
    /// <param name="dry">For what the last claims found nothing more: then only a hint or a poll asks again.</param>
    public Wish? Want(bool ahead, Dry dry)
    {
        lock (_gate)
        {
            var free = options.Slots - _running.Count;
            var freeOpen = Math.Clamp(_open - _ordinaryRunning, 0, free);
            var slots = Math.Max(0, freeOpen - _ordinary.Count);
            var express = Math.Max(0, free - freeOpen - _urgent.Count);
            var most = 0;
            if (ahead && options.PrefetchWindow > TimeSpan.Zero)
            {
                var rate = _times.PerSecond(_running.Select(each => (each.Type.Name, clock.GetElapsedTime(each.BegunAt))), free);
                most = (int)Math.Min(rate * options.PrefetchWindow.TotalSeconds, options.MaxPrefetch + options.Slots);
                most = Math.Clamp(most - free, 0, _mayWait);
            }

            // Not for each job that ends: when half of what may wait is gone, or a slot stands idle.
            _refillAt = most / 2;
            slots = dry.HasFlag(Dry.Slots) ? 0 : slots;
            express = dry.HasFlag(Dry.Express) ? 0 : express;
            most = dry.HasFlag(Dry.Ahead) ? 0 : most;
            var prefetch = slots + express > 0 || _waiting <= _refillAt ? Math.Max(0, most - _waiting) : 0;
            var all = slots + express + prefetch;
            return all == 0 ? null : new(limits.Rounds(all), slots, express, prefetch, _lastChances > 0);
        }
    }

    /// <summary>The lines of a later round with the room that is left for them.</summary>
    public List<ClaimLine> Again(List<ClaimLine> lines)
    {
        lock (_gate)
        {
            return limits.Again(lines);
        }
    }

    /// <summary>Learns of lines that exist; true when one is new.</summary>
    public bool Learn(IEnumerable<(string Queue, string Type)> lines)
    {
        lock (_gate)
        {
            return limits.Learn(lines);
        }
    }

    public Line LineOf(string queue, JobType type)
    {
        lock (_gate)
        {
            return limits.Of(queue, type);
        }
    }

    /// <summary>Takes in what was claimed. Call <see cref="Fill"/> afterwards.</summary>
    public void Add(Attempt attempt)
    {
        lock (_gate)
        {
            (IsUrgent(attempt) ? _urgent : _ordinary).Enqueue(attempt);
            _waiting++;
            attempt.Line.InHand++;
            _lastChances += IsLastChance(attempt) ? 1 : 0;
        }
    }

    /// <summary>Begins as many as there are slots for; each of them is the first of a chain.</summary>
    public List<Attempt>? Fill()
    {
        List<Attempt>? begun = null;
        lock (_gate)
        {
            while (Begin() is { } next)
            {
                (begun ??= []).Add(next);
            }
        }

        return begun;
    }

    /// <summary>One ended: the next of its chain, or null when the chain ends too.</summary>
    /// <param name="ended">The one that ended.</param>
    /// <param name="low">Whether it is time to claim more.</param>
    /// <param name="room">Whether there is room again for what a claim had to leave: its line was full, or a last chance was
    /// running.</param>
    public Attempt? Next(Attempt ended, out bool low, out bool room)
    {
        lock (_gate)
        {
            room = limits.IsLimited(ended.Line) || IsLastChance(ended);
            (low, _low) = (_low, false);
            // Left behind: its slot was given away, so there is none to go on with.
            return Leave(ended) ? Begin() : null;
        }
    }

    /// <summary>Gives the slot of one away whose handler does not stop.</summary>
    public void LeaveBehind(Attempt attempt)
    {
        lock (_gate)
        {
            Leave(attempt);
        }
    }

    /// <summary>Takes back those that have not begun.</summary>
    /// <param name="before">Only those taken before this timestamp; null for all.</param>
    public List<Attempt> GiveBack(long? before)
    {
        var back = new List<Attempt>();
        lock (_gate)
        {
            var waited = _waiting;
            GiveBack(_urgent, before, back);
            GiveBack(_ordinary, before, back);
            if (before is not null && back.Count > 0)
            {
                (_mayWait, _begunAhead) = (Math.Max(1, Math.Min(_mayWait, waited) / 2), 0);
            }
        }

        return back;
    }

    /// <summary>Takes back one that has not begun.</summary>
    public bool TryGiveBack(Attempt attempt)
    {
        lock (_gate)
        {
            if (!attempt.TryGiveBack())
            {
                return false;
            }

            // It stays in its queue as over and is passed over there.
            Forget(attempt);
            _waiting--;
            return true;
        }
    }

    /// <summary>Copies what runs into a list.</summary>
    public void CopyRunning(List<Attempt> into)
    {
        lock (_gate)
        {
            into.AddRange(_running);
        }
    }

    /// <summary>Copies all that is in hand into a list.</summary>
    public void CopyAll(List<Attempt> into)
    {
        lock (_gate)
        {
            into.AddRange(_running);
            into.AddRange(_urgent.Where(attempt => attempt.IsWaiting));
            into.AddRange(_ordinary.Where(attempt => attempt.IsWaiting));
        }
    }

    private static bool IsUrgent(Attempt attempt) => attempt.Claimed.Priority >= Priority.Express;

    private bool IsLastChance(Attempt attempt) => LastChance.Is(attempt.Claimed.Losses, options.LossCap);

    private Attempt? Begin()
    {
        while (_running.Count < options.Slots)
        {
            var queue = _urgent.Count > 0 ? _urgent : _ordinaryRunning < _open ? _ordinary : null;
            if (queue is null || !queue.TryDequeue(out var next))
            {
                return null;
            }

            if (next.TryBegin(clock.GetTimestamp()))
            {
                _waiting--;
                _low |= _waiting == _refillAt;
                if (next.Claimed.Prefetched && ++_begunAhead >= _mayWait)
                {
                    (_mayWait, _begunAhead) = (Math.Min(_mayWait + 1, options.MaxPrefetch), 0);
                }

                next.Place = _running.Count;
                _running.Add(next);
                _ordinaryRunning += IsUrgent(next) ? 0 : 1;
                return next;
            }
        }

        return null;
    }

    private bool Leave(Attempt attempt)
    {
        if (attempt.Place < 0)
        {
            return false;
        }

        var last = _running[^1];
        _running[attempt.Place] = last;
        last.Place = attempt.Place;
        _running.RemoveAt(_running.Count - 1);
        attempt.Place = -1;
        _ordinaryRunning -= IsUrgent(attempt) ? 0 : 1;
        _times.Add(attempt.Type.Name, clock.GetElapsedTime(attempt.BegunAt));
        Forget(attempt);
        return true;
    }

    private void Forget(Attempt attempt)
    {
        attempt.Line.InHand--;
        _lastChances -= IsLastChance(attempt) ? 1 : 0;
    }

    private void GiveBack(Queue<Attempt> queue, long? before, List<Attempt> back)
    {
        // Oldest first: the queue is in the order of the claims.
        while (queue.TryPeek(out var attempt) && (before is null || !attempt.IsWaiting || attempt.TakenAt < before))
        {
            queue.Dequeue();
            if (attempt.TryGiveBack())
            {
                _waiting--;
                Forget(attempt);
                back.Add(attempt);
            }
        }
    }
}

/// <summary>What a worker wants to claim.</summary>
/// <param name="Rounds">The lines of each claim.</param>
/// <param name="Slots">How many can start at once.</param>
/// <param name="Express">How many urgent ones can start beyond these.</param>
/// <param name="Prefetch">How many may be taken ahead.</param>
/// <param name="RunsLastChance">Whether one runs here whose next loss would be its last.</param>
internal sealed record Wish(List<List<ClaimLine>> Rounds, int Slots, int Express, int Prefetch, bool RunsLastChance);
