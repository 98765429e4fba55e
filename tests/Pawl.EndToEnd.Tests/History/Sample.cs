namespace Pawl.EndToEnd.Tests.History;

/// <summary>A small history in which every promise was kept: two lives of a process, the first one killed.</summary>
internal sealed class Sample
{
    private const int FirstPid = 101;
    private const int SecondPid = 102;
    private const long KillMono = 1_000;
    private const long KillAt = 1_000_000;
    private const long ReadyAt = 2_000_000;

    private readonly List<Call> _calls = [];
    private readonly List<Effect> _effects = [];
    private readonly List<StoredJob> _jobs = [];
    private readonly List<StoredAttempt> _attempts = [];
    private readonly List<StoredEvent> _events = [];
    private readonly Dictionary<long, int> _checkpoints = [];
    private long _mono;
    private int _life = 1;

    /// <summary>Every kind of job the checker looks at, each by its number.</summary>
    public static Run Good()
    {
        var sample = new Sample();
        sample.Ask("single", "1-1", 1, 1).Done(1, "1-1");
        sample.Ask("batch", "1-2", 2, 2, 3).Done(2, "1-2").Done(3, "1-2");
        sample.Ask("unique", "unique-k1", 1, 4).Done(4, "unique-k1", uniqueKey: "k1");
        sample.Cut("batch", "1-4", 3);
        sample.Ask("single", "1-5", 1, 5).Ask("single", "1-12", 1, 12).Ask("single", "1-11", 1, 11);

        // Killed between a save and its answer; the save had been stored.
        sample.Create(5).Start(5, 1).Do(5, 1, "saving", 1).Do(5, 1, "saved", 1).Do(5, 1, "saving", 2);

        // Taken ahead: one had begun and one had not; neither loss counts.
        sample.Create(12).Start(12, 1).Create(11).Claim(11, 1);
        sample._life = 2;
        sample._mono = KillMono + 1;
        sample.End(5, 1, "lost", "queued").End(12, 1, "released", "queued").End(11, 1, "released", "queued");
        sample.Start(5, 2, given: 2).Do(5, 2, "saving", 3).Do(5, 2, "saved", 3).Return(5, 2).Keep(5, "1-5", attempt: 2);
        sample._checkpoints[5] = 3;
        sample.Start(12, 2).Return(12, 2).Keep(12, "1-12", attempt: 2);
        sample.Start(11, 2).Return(11, 2).Keep(11, "1-11", attempt: 2);

        sample.Ask("single", "2-1", 1, 6).Create(6).Start(6, 1).Do(6, 1, "threw").End(6, 1, "failed", "scheduled", "retry_scheduled");
        sample.Happen("due", 6, 1, "scheduled", "queued").Start(6, 2).Return(6, 2).Keep(6, "2-1", attempt: 2);
        sample.Ask("unique", "unique-k1", 1, 4);
        sample.Ask("single", "2-2", 1, 8).Create(8).Start(8, 1).Create(7).Do(8, 1, "spawned", child: 7).Return(8, 1).Keep(8, "2-2");
        sample.Start(7, 1).Return(7, 1).Keep(7, null, parent: 8);
        sample.Ask("idempotent", "idempotent-k2", 1, 9).Ask("idempotent", "idempotent-k2", 1, 9).Done(9, "idempotent-k2");

        // Left behind after its time: it still runs while the next attempt does.
        sample.Ask("single", "2-3", 1, 10).Create(10).Start(10, 1).End(10, 1, "timed_out", "scheduled");
        sample.Happen("due", 10, 1, "scheduled", "queued").Start(10, 2).Do(10, 1, "returned").Return(10, 2).Keep(10, "2-3", attempt: 2);

        // Failed for good, and offered again by hand.
        sample.Ask("single", "2-4", 1, 13).Create(13).Start(13, 1).Do(13, 1, "threw").End(13, 1, "failed", "failed");
        sample.Happen("retried", 13, 1, "failed", "queued", generation: 2).Start(13, 2, generation: 2).Return(13, 2, generation: 2);
        sample.Keep(13, "2-4", attempt: 2, generation: 2);
        return sample.Build();
    }

    /// <summary>The same run with one more job that was asked for once and did as it should.</summary>
    public static Run With(Run run, long id, string? tag, string? uniqueKey = null, string end = "succeeded")
    {
        var sample = new Sample { _life = 2, _mono = long.MaxValue / 2 };
        sample._events.AddRange(run.Stored.Events);
        if (end == "succeeded")
        {
            sample.Done(id, tag, uniqueKey);
        }
        else
        {
            sample.Create(id);
            if (end != "queued")
            {
                sample.Happen(end, id, 0, "queued", end);
            }

            sample.Keep(id, tag, attempt: 0, state: end);
        }

        return Recount(run with
        {
            Effects = [.. run.Effects, .. sample._effects],
            Stored = run.Stored with
            {
                Jobs = [.. run.Stored.Jobs, .. sample._jobs],
                Attempts = [.. run.Stored.Attempts, .. sample._attempts],
                Events = sample._events,
                EventRows = [(1, sample._events.Count, sample._events.Count)],
            },
        });
    }

    /// <summary>The same run with counters that fit its rows.</summary>
    public static Run Recount(Run run)
    {
        var (jobs, attempts) = (run.Stored.Jobs, run.Stored.Attempts);
        var kept = jobs.GroupBy(job => (job.Line, job.State)).ToDictionary(kind => kind.Key, kind => (long)kind.Count());
        foreach (var line in jobs.Where(job => job.State == "failed").GroupBy(job => job.Line))
        {
            kept[(line.Key, "dead")] = line.Count();
        }

        var minutes = attempts.GroupBy(attempt => attempt.Outcome).ToDictionary(kind => kind.Key, kind => (long)kind.Count());
        minutes["created"] = jobs.Count;
        minutes["started"] = jobs.Sum(job => (long)job.Attempt);
        return run with { Stored = run.Stored with { Kept = kept, Minutes = minutes } };
    }

    private Run Build() => Recount(new()
    {
        Calls = _calls,
        Effects = _effects,
        Lives =
        [
            new() { Number = 1, Pid = FirstPid, Killed = true, ReadyAt = 1, DeadMono = KillMono, DeadAt = KillAt },
            new() { Number = 2, Pid = SecondPid, Killed = false, ReadyAt = ReadyAt, DeadMono = _mono + 1, DeadAt = ReadyAt + 1_000_000 },
        ],
        Stored = new()
        {
            Jobs = _jobs,
            Attempts = _attempts,
            Events = _events,
            EventRows = [(1, 10, 10), (11, _events.Count, _events.Count - 10)],
            Checkpoints = _checkpoints,
            Kept = new Dictionary<(long, string), long>(),
            Minutes = new Dictionary<string, long>(),
            Integrity = "ok",
        },
        LossCap = 3,
        RecoveryLimit = TimeSpan.FromSeconds(10),
    });

    private Sample Ask(string kind, string tag, int count, params long[] ids)
    {
        Cut(kind, tag, count);
        _calls.Add(_calls[^1] with { What = "ok", Ids = ids });
        return this;
    }

    private Sample Cut(string kind, string tag, int count)
    {
        var key = kind is "unique" or "idempotent" ? tag : null;
        _calls.Add(new() { Life = _life, Number = _calls.Count, What = "invoke", Kind = kind, Count = count, Tag = tag, Key = key });
        return this;
    }

    private Sample Done(long id, string? tag, string? uniqueKey = null) =>
        Create(id).Start(id, 1).Return(id, 1).Keep(id, tag, uniqueKey: uniqueKey);

    private Sample Create(long id) => Happen("created", id, 0, null, "queued");

    private Sample Claim(long id, int attempt, int generation = 1) => Happen("started", id, attempt, "queued", "running", generation);

    private Sample Start(long id, int attempt, int given = 0, int generation = 1)
    {
        Claim(id, attempt, generation);
        _effects.Add(new() { Life = _life, Mono = ++_mono, Job = id, Attempt = attempt, What = "start", Count = given, Version = given });
        return this;
    }

    private Sample Do(long id, int attempt, string what, int count = 0, long child = 0)
    {
        _effects.Add(new() { Life = _life, Mono = ++_mono, Job = id, Attempt = attempt, What = what, Count = count, Child = child });
        return this;
    }

    private Sample Return(long id, int attempt, int generation = 1) =>
        Do(id, attempt, "returned").End(id, attempt, "succeeded", "succeeded", generation: generation);

    private Sample End(long id, int attempt, string outcome, string to, string? kind = null, int generation = 1)
    {
        _attempts.Add(new()
        {
            Job = id,
            Attempt = attempt,
            Generation = generation,
            Pid = outcome == "lost" ? FirstPid : SecondPid,
            Outcome = outcome,
            EndedAt = ReadyAt + 1_000,
        });
        return Happen(kind ?? outcome, id, attempt, "running", to, generation);
    }

    private Sample Happen(string kind, long id, int attempt, string? from, string to, int generation = 1)
    {
        _events.Add(new(_events.Count + 1, kind, id, generation, attempt, from, to));
        return this;
    }

    private Sample Keep(
        long id,
        string? tag,
        int attempt = 1,
        int generation = 1,
        string? uniqueKey = null,
        long? parent = null,
        string state = "succeeded")
    {
        _jobs.Add(new()
        {
            Id = id,
            Line = id % 2,
            Type = "any",
            State = state,
            Generation = generation,
            Attempt = attempt,
            MaxAttempts = 3,
            UniqueKey = uniqueKey,
            Parent = parent,
            Tag = tag,
        });
        return this;
    }
}
