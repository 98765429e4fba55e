using Pawl.Storage;
using Pawl.Telemetry;

namespace Pawl.Running;

/// <summary>How it comes by work.</summary>
internal sealed partial class Worker
{
    // So many ends on their way to the store: it does not keep up, and more work would only pile up here.
    private const int MostPending = 5_000;
    private const double PollSpread = 0.2;

    private static readonly TimeSpan RestAfterGivingBack = TimeSpan.FromSeconds(1);

    // Where others tell of their jobs, a new line comes with a hint, and only a lost hint waits for this.
    private static readonly TimeSpan LearnWhenTold = TimeSpan.FromSeconds(60);

    private long _gaveBackAt = long.MinValue;
    private long _learnedAt = long.MinValue;
    private volatile bool _hinted = true;
    private bool _choked;

    private async Task ClaimAsync()
    {
        var failures = 0;
        while (!_stopping.IsCancellationRequested)
        {
            var wait = Poll();
            try
            {
                if (Id == 0)
                {
                    await RegisterAsync();
                }

                wait = await ClaimOnceAsync() ? TimeSpan.Zero : wait;
                if (failures > 0)
                {
                    failures = 0;
                    Log.ClaimWorks(_logger);
                }
            }
            catch (Exception error) when (!_stopping.IsCancellationRequested)
            {
                wait = Trouble(error, failures++);
            }
            catch (Exception)
            {
                // Stopped while it asked.
                return;
            }

            if (wait > TimeSpan.Zero)
            {
                // A failed look waits its time out: hints would make it a storm.
                if (failures > 0)
                {
                    await Rest.ForAsync(wait, _clock, _stopping.Token);
                }
                else if (!await _claims.WaitAsync(_hinted && wait > _options.LearnAgain ? _options.LearnAgain : wait))
                {
                    await PollAsync();
                }
            }
        }
    }

    /// <summary>Whether the store has so many ends to take that more work would only pile up here; once it has taken them it says
    /// so.</summary>
    private bool IsChoked()
    {
        // Said before it is looked at, so that an end that is stored meanwhile wakes us.
        Volatile.Write(ref _choked, true);
        if (_settlements.Pending > MostPending)
        {
            return true;
        }

        Volatile.Write(ref _choked, false);
        return false;
    }

    private void Ease()
    {
        if (Volatile.Read(ref _choked) && _settlements.Pending <= MostPending / 2)
        {
            _claims.Set();
        }
    }

    /// <summary>There may be something to claim again.</summary>
    private void Unparch() => _dry = Dry.No;

    private TimeSpan Poll() => _options.PollInterval * (1 + (PollSpread * (_chance.NextShare() - 0.5)));

    /// <summary>Nobody said anything for a while: look whether there is something all the same.</summary>
    private async Task PollAsync()
    {
        Unparch();
        if (_store.HearsOthers && !_hinted && !IsPast(_learnedAt, LearnWhenTold))
        {
            return;
        }

        try
        {
            await LearnAsync();
        }
        catch (Exception)
        {
            // The claim that follows meets the same store and says so; and when we stop, none follows.
        }
    }

    /// <summary>Claims once, if there is room. True when it should be tried again at once.</summary>
    private async Task<bool> ClaimOnceAsync()
    {
        if (_draining || _handlers.Types.Count == 0 || IsChoked())
        {
            return false;
        }

        var ahead = IsPast(Volatile.Read(ref _gaveBackAt), RestAfterGivingBack);
        var known = _dry;
        if (_slots.Want(ahead, known) is not { } wish)
        {
            return false;
        }

        // Before asking: a hint that comes meanwhile must count.
        _dry = Dry.Slots;
        var (slots, express, prefetch, got) = (wish.Slots, wish.Express, wish.Prefetch, 0);
        for (var round = 0; round < wish.Rounds.Count; round++)
        {
            var lines = round == 0 ? wish.Rounds[0] : _slots.Again(wish.Rounds[round]);
            if (lines.Count == 0)
            {
                continue;
            }

            var claimed = await ClaimAsync(lines, slots, express, prefetch, wish.RunsLastChance);
            foreach (var job in claimed)
            {
                got++;
                (slots, express, prefetch) = job.Express ? (slots, express - 1, prefetch)
                    : job.Prefetched ? (slots, express, prefetch - 1)
                    : (slots - 1, express, prefetch);
            }

            TakeIn(claimed);
            if (slots + express + prefetch <= 0)
            {
                break;
            }
        }

        // Room of one kind that stayed empty says nothing of the others: what is not urgent leaves the kept slots empty, and what may not
        // be taken ahead waits for a slot. A hint that came meanwhile stands.
        var dry = slots > 0 ? Dry.Slots : known | (express > 0 ? Dry.Express : Dry.No) | (prefetch > 0 ? Dry.Ahead : Dry.No);
        Interlocked.CompareExchange(ref _dry, dry, Dry.Slots);
        return got > 0 ? !dry.HasFlag(Dry.Ahead) : await LearnSometimesAsync();
    }

    private async Task<IReadOnlyList<Claimed>> ClaimAsync(List<ClaimLine> lines, int slots, int express, int prefetch, bool lastChance)
    {
        var token = _chance.NextToken();
        int era;
        long id;
        lock (_gate)
        {
            (era, id) = (_era, _workerId);
        }

        IReadOnlyList<Claimed> claimed;
        try
        {
            claimed = await _store.ClaimAsync(
                new()
                {
                    WorkerId = id,
                    Token = token,
                    Now = _clock.GetUtcNow(),
                    Lines = lines,
                    Slots = slots,
                    ExpressSlots = express,
                    ExpressFrom = Priority.Express,
                    Prefetch = prefetch,
                    RunsLastChance = lastChance,
                    LossCap = _options.LossCap,
                    RetryShare = _budget.Share,
                    RetryWindow = _budget.Window,
                },

                // Not broken off by a stop: then nobody would know what was claimed.
                CancellationToken.None);
        }
        catch (Exception)
        {
            // It may have been committed all the same, and then we hold leases that we know nothing of; the next signs of life tell.
            Doubt(token);
            throw;
        }

        lock (_gate)
        {
            // Lost while we asked: the jobs belong to a worker that is gone, and the sweeper finds them there.
            return era == _era ? claimed : [];
        }
    }

    private void TakeIn(IReadOnlyList<Claimed> claimed)
    {
        var now = _clock.GetTimestamp();
        foreach (var job in claimed)
        {
            if (!_handlers.TryFind(job.Type, out var type, out var call))
            {
                throw new System.Diagnostics.UnreachableException(
                    $"The store gave a job of type '{job.Type}', which this worker did not ask for.");
            }

            _slots.Add(new(job, type, call, _slots.LineOf(job.Queue, type), Id, now));
        }

        if (_stopping.IsCancellationRequested)
        {
            GiveBack(_slots.GiveBack(null), "host_stops");
        }
        else if (claimed.Count > 0)
        {
            Fill();
            _watch.Wake();
        }
    }

    private async Task<bool> LearnSometimesAsync()
    {
        // A hint that led to nothing may speak of a queue we do not know yet. Not at once for every hint: others take jobs too.
        if (!_hinted || !IsPast(_learnedAt, _options.LearnAgain))
        {
            return false;
        }

        return await LearnAsync();
    }

    /// <summary>Looks which lines there are: a job may stand in another queue than its type's.</summary>
    private async Task<bool> LearnAsync()
    {
        _learnedAt = _clock.GetTimestamp();
        _hinted = false;
        var lines = await _store.LinesAsync(_stopping.Token);
        if (!_slots.Learn(lines.Select(line => (line.Queue, line.Type))))
        {
            return false;
        }

        Unparch();
        return true;
    }

    private bool IsPast(long at, TimeSpan time) => at == long.MinValue || _clock.GetElapsedTime(at) >= time;

    private async Task RegisterAsync()
    {
        var facts = new WorkerFacts
        {
            Name = _options.Name ?? Environment.MachineName,
            Host = Environment.MachineName,
            Pid = Environment.ProcessId,
            Version = typeof(Worker).Assembly.GetName().Version?.ToString() ?? "0",
            Slots = _handlers.Types.Count == 0 ? 0 : _options.Slots,
            ExpressSlots = _handlers.Types.Count == 0 ? 0 : _options.KeptSlots,
            Types = [.. _handlers.Types.Select(type => type.Name)],
            Versions = _handlers.Types.Where(type => !type.Versions.Equals(PipelineVersion.None))
                .ToDictionary(type => type.Name, type => type.Versions.ToString(), StringComparer.Ordinal),
            Sdk = $"pawl-net/{typeof(Worker).Assembly.GetName().Version?.ToString(3) ?? "0"}",
            Queues = _slots.Queues,
        };
        var asked = _clock.GetTimestamp();
        var id = await _store.RegisterAsync(facts, _clock.GetUtcNow(), _stopping.Token);
        lock (_gate)
        {
            Volatile.Write(ref _workerId, id);
            Unparch();
        }

        _heartbeat.Registered(id, asked);
        Log.WorkerReady(_logger, id, facts.Name, _options.Slots, _options.KeptSlots, _handlers.Types.Count);
    }

    private TimeSpan Trouble(Exception error, int failures)
    {
        Unparch();
        var forSchema = error is PawlException { Code: StoreFaults.WaitingForSchema };
        var wait = forSchema
            ? StoreFaults.Delay(failures, FirstWaitForSchema, LongestWaitForSchema)
            : StoreFaults.Delay(failures, FirstWait, LongestWait);
        if (failures == 0)
        {
            Log.ClaimFailed(_logger, wait, error);
        }

        return wait;
    }

    private void Doubt(LeaseToken token)
    {
        lock (_gate)
        {
            _doubtful.Add(token);
            if (_doubtful.Count > 100)
            {
                _doubtful.RemoveAt(0);
            }
        }
    }

    private void Strand(Lease lease)
    {
        lock (_gate)
        {
            _stranded.Add(lease);
        }
    }
}
