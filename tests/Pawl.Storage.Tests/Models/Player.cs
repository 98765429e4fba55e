namespace Pawl.Storage.Tests.Models;

/// <summary>Plays steps on a store and on the model side by side, and compares all that can be seen.</summary>
public sealed class Player(IJobStore store, DateTimeOffset start)
{
    private const int LossCap = 3;
    private static readonly string[] Types = ["mail", "report"];
    private static readonly string[] Queues = ["default", "slow"];
    private static readonly string[] Keys = ["k1", "k2"];
    private static readonly RecoveryMark Sweep = new(1, "retryable", "periodic");

    // Short of the five minutes after which a job may overtake by age: who is chosen then is another test's subject.
    private static readonly TimeSpan MostTime = TimeSpan.FromMinutes(4);

    private readonly Model _model = new() { Now = start };
    private readonly List<Attempted> _attempts = [];
    private readonly List<long> _workers = [];
    private readonly HashSet<JobId> _purged = [];
    private ulong _tokens;
    private long _beats;
    private long _term;

    public async Task DoAsync(Step step)
    {
        if (_term == 0)
        {
            var leader = await RegisterAsync();
            var seen = await store.LeadAsync(new LeadRequest(leader), default);
            _term = (seen.Mine ? seen : await store.LeadAsync(new LeadRequest(leader, (seen.Term, seen.Beat)), default)).Term;
        }

        while (_workers.Count < 2)
        {
            _workers.Add(await RegisterAsync());
        }

        await (step.Verb switch
        {
            Verb.Enqueue => EnqueueAsync(step),
            Verb.Claim => ClaimAsync(step),
            Verb.Settle => SettleAsync(step),
            Verb.Beat => BeatAsync(step),
            Verb.Lose => LoseAsync(step),
            Verb.Promote => PromoteAsync(),
            Verb.Pass => PassAsync(step),
            Verb.Cancel => CancelAsync(step),
            Verb.Retry => RetryAsync(step),
            Verb.Edit => EditAsync(step),
            Verb.Dismiss => DismissAsync(step),
            Verb.Approve => ApproveAsync(step),
            Verb.Purge => PurgeAsync(step),
            Verb.Pause => PauseAsync(step),
            _ => LimitAsync(step),
        });
    }

    /// <summary>Every job, every count and every worker's leases, as the store tells them and as the model has them.</summary>
    public async Task CompareAsync()
    {
        var stored = (await store.GetAsync([.. _model.Jobs.Keys, .. _purged], default)).ToDictionary(job => job.Id);
        Disagreement.Unless(_model.Jobs.Count, stored.Count, "How many jobs there are");
        foreach (var job in _model.Jobs.Values)
        {
            Disagreement.Unless(job.ToString(), ModelJob.Of(stored[job.Id]), $"Job {job.Id}");
            Disagreement.Unless(job.RunAt, stored[job.Id].RunAt, $"When job {job.Id} is due");
            if (stored[job.Id].Held is not null && (job.State != JobState.Queued || job.ConcurrencyKey is null))
            {
                throw new Disagreement($"Job {job.Id} is held for a key, and is {job}.");
            }
        }

        var lines = await store.LinesAsync(default);
        foreach (var line in lines)
        {
            var name = $"{line.Queue}/{line.Type}";
            var jobs = _model.Jobs.Values.Where(job => job.Queue == line.Queue && job.Type == line.Type).ToList();
            foreach (var state in Enum.GetValues<JobState>())
            {
                Disagreement.Unless(jobs.Count(job => job.State == state), line.Counts.GetValueOrDefault(state), $"{state} in {name}");
            }

            Disagreement.Unless(jobs.Count(job => job is { State: JobState.Failed, Dismissed: false }), line.Dead, $"Dead in {name}");
            Disagreement.Unless(jobs.Count(job => job.Deferred), line.Deferred, $"Deferred in {name}");
            Disagreement.Unless(jobs.Count(job => stored[job.Id].Held is not null), line.Held, $"Held in {name}");
        }
    }

    /// <summary>The events of the whole run: no gap, no illegal move, one end a generation, and each history ends where its job
    /// stands.</summary>
    public async Task CompareHistoryAsync()
    {
        var events = await store.EventsAsync(new EventQuery(Limit: 10_000), default);
        var state = new Dictionary<JobId, JobState>();
        var ended = new HashSet<(JobId, int)>();
        for (var n = 0; n < events.Count; n++)
        {
            var record = events[n];
            Disagreement.Unless(events[0].Seq + n, record.Seq, "The number of an event");
            if (record is not { JobId: { } id, To: { } to })
            {
                continue;
            }

            JobState? from = state.TryGetValue(id, out var before) ? before : null;
            Disagreement.Unless(from, record.From, $"Where {record.Kind} of job {id} began");
            var legal = from is { } known
                ? Enum.GetValues<JobEvent>().Any(happened => Transitions.Next(known, happened) == to)
                : Enum.GetValues<JobEvent>().Any(happened => Transitions.First(happened) == to);
            if (!legal)
            {
                throw new Disagreement($"{record.Kind} moved job {id} from {from} to {to}, which is no move.");
            }

            if (Transitions.IsTerminal(to) && !ended.Add((id, record.Generation)))
            {
                throw new Disagreement($"Generation {record.Generation} of job {id} ended twice.");
            }

            state[id] = to;
        }

        foreach (var job in _model.Jobs.Values)
        {
            Disagreement.Unless(job.State, state[job.Id], $"Where the history of job {job.Id} ends");
        }
    }

    private async Task EnqueueAsync(Step step)
    {
        var how = new Options(step.How);
        var job = new NewJob
        {
            Type = how.Of(Types),
            Queue = how.Of(Queues),
            Payload = "{}"u8.ToArray(),
            Priority = how.Of(0, 20, 40, -20),
            RunAt = how.OnceIn(4) ? _model.Now.AddSeconds(20) : null,
            ConcurrencyKey = how.OnceIn(2) ? how.Of(Keys) : null,
            UniqueKey = how.OnceIn(3) ? how.Of("u1", "u2") : null,
            UniqueHold = how.Of(UniqueHold.ActiveOrSucceeded, UniqueHold.Active),
            MaxAttempts = 3,
        };
        var more = new Options(step.Which);
        job = job with
        {
            PriorityReasons = [new PriorityReason(job.Priority, "base")],
            BodyHash = job.UniqueKey is null ? default : new[] { more.Of((byte)1, (byte)1, (byte)2) },
            StartBy = more.OnceIn(5) ? _model.Now.AddSeconds(15) : null,
            RequiresApproval = more.OnceIn(8),
            DependsOn = more.OnceIn(3) && Some(more.Below(100)) is { } upstream
                ? [new Dependency(upstream, more.Of(Enum.GetValues<DependencyWhen>()), more.Of(Enum.GetValues<DependencyOnFailed>()))]
                : [],
            ParentId = more.OnceIn(4) && _model.Find(Some(more.Below(100))) is { } parent ? parent.Id : null,
        };

        var reply = await store.EnqueueAsync(new EnqueueRequest([job], _model.Now), default);

        if (_model.HolderOf(job.Type, job.UniqueKey) is { } holder)
        {
            if (holder.Body == job.BodyHash.Span[0])
            {
                var met = reply.Jobs is [var one] ? one : default;
                Disagreement.Unless(new Enqueued(holder.Id, true, holder.State), met, "The answer to an equal job");
            }
            else
            {
                Disagreement.Unless(new EnqueueRefusal(0, "idempotency_conflict", holder.Id), reply.Refusal, "The answer to another body");
            }
        }
        else if (_model.Refuse(job) is { } refusal)
        {
            Disagreement.Unless(new EnqueueRefusal(0, refusal.Code, refusal.Other), reply.Refusal, "The answer to a job that cannot be");
        }
        else
        {
            var stored = reply.Jobs.Count == 1 ? reply.Jobs[0] : throw new Disagreement($"A job was refused: {reply.Refusal}.");
            var added = _model.Add(stored.Id, job);
            Disagreement.Unless(new Enqueued(added.Id, false, added.State), stored, "The answer to a new job");
        }
    }

    private async Task ClaimAsync(Step step)
    {
        var how = new Options(step.How);
        var worker = Worker(step.Which);
        var request = new ClaimRequest
        {
            WorkerId = worker,
            Token = new LeaseToken(1, ++_tokens),
            Now = _model.Now,
            Lines = [.. from queue in Queues from type in Types select new ClaimLine(queue, type, how.Of(100, 100, 1))],
            Slots = how.Below(4),
            Prefetch = how.Below(3),
            ExpressSlots = how.Below(2),
            RunsLastChance = _model.RunningOf(worker).Any(job => job.Losses >= LossCap - 1),
            LossCap = LossCap,
        };

        var claimed = await store.ClaimAsync(request, default);

        ClaimRules.Check(_model, request, claimed);
        await FollowBudgetAsync(claimed);
        foreach (var lease in claimed)
        {
            var job = _model.Jobs[lease.Lease.Job];
            (job.State, job.Worker, job.Token, job.Unbegun) = (JobState.Running, worker, request.Token, lease.Prefetched);
            (job.WaitReason, job.Deferred) = (null, false);
            job.Attempt++;
            Disagreement.Unless(
                (job.Attempt, job.Generation, job.Failures, job.Losses, job.Priority),
                (lease.Lease.Attempt, lease.Generation, lease.Failures, lease.Losses, lease.Priority),
                $"What the claim of job {job.Id} brought");
            _attempts.Add(new Attempted(lease));
        }
    }

    /// <summary>Which retries are set aside when is the store's choice; the model checks that it may.</summary>
    private async Task FollowBudgetAsync(IReadOnlyList<Claimed> claimed)
    {
        var taken = claimed.Select(lease => lease.Lease.Job).ToHashSet();
        var retries = _model.Jobs.Values
            .Where(job => job.IsRetry && (job.State == JobState.Queued || job.Deferred) && !taken.Contains(job.Id))
            .ToList();
        foreach (var (job, now) in retries.Zip(await StatesAsync(retries)))
        {
            if (job.State == JobState.Queued && now == JobState.Scheduled)
            {
                _model.Defer(job);
            }
            else if (job.Deferred && now == JobState.Queued)
            {
                // Its turn had come, but its key was full.
                Disagreement.Unless(true, job.ConcurrencyKey is not null, $"A key of {job}");
                (job.State, job.WaitReason, job.Deferred) = (now, null, false);
            }
        }
    }

    private async Task<IReadOnlyList<JobState>> StatesAsync(IReadOnlyList<ModelJob> jobs)
    {
        var stored = (await store.GetAsync([.. jobs.Select(job => job.Id)], default)).ToDictionary(job => job.Id, job => job.State);
        return [.. jobs.Select(job => stored[job.Id])];
    }

    private async Task SettleAsync(Step step)
    {
        if (_attempts.Count == 0)
        {
            return;
        }

        var attempted = _attempts[step.Which % _attempts.Count];
        var how = new Options(step.How);
        var job = _model.Find(attempted.Claim.Lease.Job);
        var lease = attempted.Claim.Lease;
        var holds = job is { State: JobState.Running } && job.Attempt == lease.Attempt && job.Token == lease.Token;
        var end = EndOf(attempted.Claim, how.Below(6), _model.Now.AddSeconds(how.Of(0, 5, 30)), job is { CancelRequested: true });
        var reply = (await store.SettleAsync([end], _model.Now, default))[0];
        if (holds)
        {
            _model.Settle(job!, end);
            attempted.Ended = (end, _model.Now, job!.State == JobState.Scheduled);
            Disagreement.Unless(new SettleReply(Settled.Done, job!.State, job.Attempt), reply, "The answer to an end");
        }
        else if (job is null)
        {
            Disagreement.Unless(Settled.Gone, reply.What, "The answer to an end of a purged job");
        }
        else if (attempted.IsToldAgain(end, _model.Now))
        {
            Disagreement.Unless(new SettleReply(Settled.Repeated, job.State, lease.Attempt), reply, "The answer to an end told twice");
        }
        else
        {
            Disagreement.Unless(new SettleReply(Settled.LeaseLost, job.State, job.Attempt), reply, "The answer to a stale end");
        }
    }

    private async Task BeatAsync(Step step)
    {
        var worker = Worker(step.Which);
        var begun = new Options(step.How).OnceIn(2) ? _model.RunningOf(worker).Where(job => job.Unbegun).Take(1).ToList() : [];
        var reply = await store.HeartbeatAsync(
            new HeartbeatRequest
            {
                WorkerId = worker,
                Beat = ++_beats,
                Now = _model.Now,
                Begun = [.. begun.Select(job => new Lease(job.Id, job.Attempt, job.Token))],
            },
            default);
        begun.ForEach(job => job.Unbegun = false);
        var held = _model.RunningOf(worker).Select(job => new HeldLease(new(job.Id, job.Attempt, job.Token), job.CancelRequested));
        var told = reply.Held.OrderBy(lease => lease.Lease.Job);
        Disagreement.Unless(string.Join(", ", held), string.Join(", ", told), $"What worker {worker} holds");
    }

    private async Task LoseAsync(Step step)
    {
        var worker = Worker(step.Which);
        var beat = (await store.WorkersAsync(default)).Single(row => row.Id == worker).Beat;
        var reply = await store.LoseAsync(
            new LoseRequest { Term = _term, WorkerId = worker, SeenBeat = beat, Now = _model.Now, LossCap = LossCap }, default);
        var lost = new List<LostJob>();
        foreach (var job in _model.RunningOf(worker).ToList())
        {
            var attempt = _attempts.Single(one => one.Claim.Lease.Job == job.Id && one.Claim.Lease.Attempt == job.Attempt);
            var outcome = job.Unbegun ? Outcome.Released : Outcome.Lost;
            attempt.Ended = (new() { Lease = attempt.Claim.Lease, Outcome = outcome, Event = JobEvent.Released }, _model.Now, false);
            _model.Lose(job, LossCap);
            lost.Add(new LostJob(job.Id, job.Attempt, job.State));
        }

        Disagreement.Unless(string.Join(", ", lost), string.Join(", ", reply.Lost), $"What worker {worker} lost");
        _workers.Remove(worker);
    }

    private async Task PromoteAsync()
    {
        var reply = await store.PromoteAsync(new PromoteRequest(_term, _model.Now), default);
        var expired = 0;
        var late = _model.Jobs.Values.Where(job => job is { IsWaiting: true, Attempt: 0 } && job.StartBy <= _model.Now);
        foreach (var job in late.OrderBy(job => job.StartBy).ThenBy(job => job.Id).ToList())
        {
            if (job.IsWaiting)
            {
                _model.End(job, JobEvent.Expired, EndReason.Expired);
                expired++;
            }
        }

        var due = _model.Jobs.Values
            .Where(job => job is { State: JobState.Scheduled, Deferred: false } && job.RunAt <= _model.Now)
            .OrderBy(job => job.IsRetry)
            .ToList();
        foreach (var (job, now) in due.Zip(await StatesAsync(due)))
        {
            if (job.IsRetry && now == JobState.Scheduled)
            {
                _model.Defer(job);
            }
            else
            {
                (job.State, job.WaitReason) = (JobState.Queued, null);
            }
        }

        var deferred = due.Count(job => job.Deferred);
        Disagreement.Unless(
            (true, due.Count - deferred, expired, deferred), (reply.Accepted, reply.Due, reply.Expired, reply.Deferred), "What came due");
        var next = _model.Jobs.Values
            .SelectMany(job => new[]
            {
                job is { State: JobState.Scheduled, Deferred: false } ? job.RunAt : (DateTimeOffset?)null,
                job is { IsWaiting: true, Attempt: 0 } ? job.StartBy : null,
            })
            .Min();
        Disagreement.Unless(next, reply.NextAt, "When the next is due");
    }

    private Task PassAsync(Step step)
    {
        var time = TimeSpan.FromSeconds(new Options(step.How).Of(1, 5, 20, 30));
        if (_model.Now + time - start < MostTime)
        {
            _model.Now += time;
        }

        return Task.CompletedTask;
    }

    private async Task CancelAsync(Step step)
    {
        if (Some(step.Which) is not { } id)
        {
            return;
        }

        var children = !new Options(step.How).OnceIn(4);
        var changed = (await store.CancelAsync(new CancelRequest { Ids = [id], Now = _model.Now, Children = children }, default))[0];
        if (_model.Find(id) is { } job)
        {
            var refused = job.State is JobState.Succeeded or JobState.Failed;
            var worker = job.State == JobState.Running ? job.Worker : null;
            _model.Cancel(job, EndReason.User, children);
            var expected = new Changed(id, refused ? "already_final" : null, job.State, WorkerId: worker);
            Disagreement.Unless(expected, changed, "The answer to a cancel");
        }
        else
        {
            Disagreement.Unless(new Changed(id, "not_found", null), changed, "The answer to a cancel of nothing");
        }
    }

    private async Task RetryAsync(Step step)
    {
        if (Some(step.Which) is not { } id)
        {
            return;
        }

        var recovery = new Options(step.How).OnceIn(3) ? Sweep : null;
        var changed = (await store.RetryAsync(new RetryRequest { Ids = [id], Now = _model.Now, Recovery = recovery }, default))[0];
        if (_model.Find(id) is not { } job)
        {
            Disagreement.Unless("not_found", changed.Refusal, "The answer to a retry of nothing");
            return;
        }

        var holder = job.UniqueKey is null || !job.IsTerminal ? null : _model.HolderOf(job.Type, job.UniqueKey);
        var (refusal, other) = job switch
        {
            { State: JobState.Succeeded } => ("already_succeeded", null),
            { IsTerminal: false } => ("not_final", null),
            { State: JobState.Cancelled } or { Dismissed: true } when recovery is not null => ("not_recoverable", null),
            { Recoveries: >= 3 } when recovery is not null => ("recovery_cap", null),
            { ApprovalOpen: true } => ("not_approved", null),
            _ when holder is not null => ("unique_key_in_use", holder.Id),
            _ => ((string?)null, (JobId?)null),
        };
        if (refusal is null)
        {
            _model.Reopen(job, recovery is not null);
        }

        Disagreement.Unless((refusal, job.State, other), (changed.Refusal, changed.State, changed.Other), "The answer to a retry");
    }

    private async Task EditAsync(Step step)
    {
        if (_model.Find(Some(step.Which)) is not { } job)
        {
            return;
        }

        var how = new Options(step.How);
        var request = new EditRequest { Ids = [job.Id], Now = _model.Now };
        request = how.Below(3) switch
        {
            0 => request with { Priority = how.Of(-20, 0, 33, 60) },
            1 => request with { Queue = how.Of(Queues) },
            _ => request with { RunAt = _model.Now.AddSeconds(how.Of(-5, 10, 40)) },
        };
        var refused = !job.IsWaiting || (request.RunAt is not null && job.State == JobState.Blocked);
        var changed = (await store.EditAsync(request, default))[0];
        if (!refused)
        {
            job.Queue = request.Queue ?? job.Queue;
            if (request.Priority is { } priority)
            {
                (job.Base, job.Priority, job.Explicit) = (priority, priority, true);
            }

            if (request.RunAt is { } at)
            {
                job.RunAt = at > _model.Now ? at : _model.Now;
                job.State = Transitions.Next(job.State, at > _model.Now ? JobEvent.Postponed : JobEvent.Hastened)!.Value;
                job.WaitReason = job.State == JobState.Scheduled ? WaitReason.Delay : null;
                job.Deferred = false;
            }
        }

        Disagreement.Unless(new Changed(job.Id, refused ? "not_editable" : null, job.State), changed, "The answer to an edit");
    }

    private async Task DismissAsync(Step step)
    {
        if (_model.Find(Some(step.Which)) is not { } job)
        {
            return;
        }

        var dismiss = new Options(step.How).Below(3) > 0;
        var changed = (await store.DismissAsync(new DismissRequest([job.Id], dismiss, _model.Now), default))[0];
        job.Dismissed = job.State == JobState.Failed ? dismiss : job.Dismissed;
        var expected = new Changed(job.Id, job.State == JobState.Failed ? null : "not_dismissable", job.State);
        Disagreement.Unless(expected, changed, "The answer to a dismissal");
    }

    private async Task ApproveAsync(Step step)
    {
        // Mostly one that waits for it: few do.
        var waiting = _model.Jobs.Values.Where(one => one is { State: JobState.Blocked, ApprovalOpen: true }).ToList();
        var job = waiting.Count > 0 && step.How % 4 > 0 ? waiting[step.Which % waiting.Count] : _model.Find(Some(step.Which));
        if (job is null)
        {
            return;
        }

        var accepted = job is { State: JobState.Blocked, ApprovalOpen: true };
        var changed = (await store.ApproveAsync(new ApproveRequest([job.Id], _model.Now), default))[0];
        if (accepted)
        {
            _model.Approve(job);
        }

        var expected = new Changed(job.Id, accepted ? null : "not_awaiting_approval", job.State);
        Disagreement.Unless(expected, changed, "The answer to an approval");
    }

    private async Task PurgeAsync(Step step)
    {
        if (_model.Find(Some(step.Which)) is not { } job)
        {
            return;
        }

        var changed = (await store.PurgeAsync(new PurgeRequest([job.Id], _model.Now), default))[0];
        Disagreement.Unless(Transitions.MayPurge(job.State) ? null : "not_final", changed.Refusal, "The answer to a purge");
        if (changed.Refusal is null)
        {
            _model.Jobs.Remove(job.Id);
            _purged.Add(job.Id);
        }
    }

    private async Task PauseAsync(Step step)
    {
        var how = new Options(step.How);
        var paused = how.OnceIn(3);
        var (queue, type) = how.OnceIn(2) ? (how.Of(Queues), null) : ((string?)null, how.Of(Types));
        await store.PauseAsync(new PauseRequest(queue, type, paused, _model.Now), default);
        var (set, name) = queue is null ? (_model.PausedTypes, type!) : (_model.PausedQueues, queue);
        _ = paused ? set.Add(name) : set.Remove(name);
    }

    private async Task LimitAsync(Step step)
    {
        var how = new Options(step.How);
        var (queue, key) = how.OnceIn(2) ? (how.Of(Queues), null) : ((string?)null, how.Of(Keys));
        int? most = how.Of<int?>(null, 1, 2, 3);
        await store.LimitAsync(new LimitRequest(queue, key, most, _model.Now), default);
        var (limits, name) = queue is null ? (_model.KeyLimits, key!) : (_model.QueueLimits, queue);
        if (most is { } set)
        {
            limits[name] = set;
        }
        else
        {
            limits.Remove(name);
        }
    }

    private static Settlement EndOf(Claimed job, int kind, DateTimeOffset runAt, bool mayStop)
    {
        var error = new JobError
        {
            Category = ErrorCategory.Network,
            Code = "reset",
            Message = "reset",
            Disposition = Disposition.Retry,
            Rule = "rule",
            Fingerprint = "00000000",
            OccurredAt = runAt,
        };
        var later = new Settlement { Lease = job.Lease, Outcome = Outcome.Snoozed, Event = JobEvent.Snoozed, RunAt = runAt };
        return kind switch
        {
            0 => later with { Outcome = Outcome.Failed, Event = JobEvent.RetryLater, WaitReason = WaitReason.Retry, Error = error },
            1 => new Settlement { Lease = job.Lease, Outcome = Outcome.TimedOut, Event = JobEvent.FailedForGood, Error = error },
            2 => later with { WaitReason = WaitReason.RateLimit },
            3 => new Settlement { Lease = job.Lease, Outcome = Outcome.Released, Event = JobEvent.Released },
            4 when mayStop => new Settlement { Lease = job.Lease, Outcome = Outcome.Cancelled, Event = JobEvent.Stopped },
            _ => new Settlement { Lease = job.Lease, Outcome = Outcome.Succeeded, Event = JobEvent.Completed },
        };
    }

    private async Task<long> RegisterAsync() => await store.RegisterAsync(
        new WorkerFacts { Name = "w", Host = "h", Pid = 1, Version = "1", Slots = 4 }, _model.Now, default);

    private long Worker(int which) => _workers[which % _workers.Count];

    /// <summary>One of the jobs there ever were, or none before the first.</summary>
    private JobId? Some(int which)
    {
        var ids = _model.Jobs.Keys.Concat(_purged).Order().ToList();
        return ids.Count == 0 ? null : ids[which % ids.Count];
    }

    private sealed class Attempted(Claimed claim)
    {
        public Claimed Claim { get; } = claim;

        /// <summary>The end that was stored, when, and whether it set a time.</summary>
        public (Settlement End, DateTimeOffset At, bool Waits)? Ended { get; set; }

        /// <summary>The same outcome; and where a wait was reported, not ruled, the same wait.</summary>
        public bool IsToldAgain(Settlement end, DateTimeOffset now) =>
            Ended is var (told, at, waits) && told.Outcome == end.Outcome
            && (!waits || end.Error is not null || end.RunAt == told.RunAt || end.RunAt - now == told.RunAt - at);
    }
}
