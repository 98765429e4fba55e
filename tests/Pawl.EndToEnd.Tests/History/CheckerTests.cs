namespace Pawl.EndToEnd.Tests.History;

/// <summary>The checker is tested first: it accepts a good history and refuses each bad one for its own reason and for no other.</summary>
public sealed class CheckerTests
{
    // After all that happens in the sample, on the monotonic clock; longer than a recovery may take, in microseconds.
    private const long Late = 5_000;
    private const long Long = 10_000_000;

    private static readonly Dictionary<long, int> Second = new() { [5] = 2 };

    private static readonly Dictionary<string, (string Reason, Func<Run, Run> Plant)> Plants = new()
    {
        ["nothing ran at all"] = ("nothing_ran", run => run with { Effects = [] }),
        ["an acknowledged job is missing"] = ("lost", run => Jobs(run, 1, _ => null)),
        ["an acknowledged child is missing"] = ("lost", run => Jobs(run, 7, _ => null)),
        ["a job still waits after the drain"] = ("not_ended", run => Asked(Sample.With(run, 20, "new", end: "queued"))),
        ["one of a batch of three is stored"] = ("batch_split", run => Sample.With(run, 21, "1-4", end: "cancelled")),
        ["an answer names the job of another call"] = ("answer_wrong", run => Answers(run, "1-1", 2)),
        ["two jobs hold one unique key"] = ("key_doubled", run => Sample.With(run, 22, "unique-k1", "k1")),
        ["a repeated request made a second job"] = ("key_doubled", run => Sample.With(run, 22, "idempotent-k2")),
        ["one key was answered with two jobs"] = ("answers_differ", run => Answers(run, "unique-k1", 1)),
        ["a job that nobody asked for"] = ("unexpected", run => Sample.With(run, 23, "never")),
        ["a call that was refused"] = ("call_failed", Refused),
        ["an attempt ran that is not recorded"] = ("start_without_end", run => Started(run, 2)),
        ["an attempt ran twice"] = ("started_twice", run => Started(run, 1)),
        ["an attempt has two ends"] = ("ended_twice", run => Sample.Recount(Stores(
            run, stored => stored with { Attempts = [.. stored.Attempts, stored.Attempts.First(end => end.Outcome == "succeeded")] }))),
        ["a success without its handler"] = ("success_without_run", run => Effects(run, 1, 1, "returned", _ => null)),
        ["a claim without an end"] = ("claim_without_end", run => Attempts(run, 11, 1, _ => null)),
        ["a repeat after a cancelled attempt"] = (
            "repeat_unexplained", run => Attempts(run, 6, 1, end => end with { Outcome = "cancelled" })),
        ["more failures than allowed"] = ("too_many_failures", run => Jobs(run, 6, job => job with { MaxAttempts = 0 })),
        ["more losses than allowed"] = ("too_many_losses", run => run with { LossCap = 0 }),
        ["a retry while the first attempt still ran"] = ("overlap", run => Effects(run, 6, 1, "threw", end => end with { Mono = Late })),
        ["a repeat before the killed process was dead"] = ("overlap", run => FirstLife(run, life => life with { DeadMono = Late })),
        ["an attempt lost although nobody killed its process"] = (
            "lost_alive", run => FirstLife(run, life => life with { Killed = false })),
        ["a recovery that took too long beside other processes"] = (
            "recovered_late", run => Attempts(run, 5, 1, end => end with { EndedAt = end.EndedAt + Long }) with { Together = true }),
        ["a recovery that took too long"] = (
            "recovered_late", run => Attempts(run, 5, 1, end => end with { EndedAt = end.EndedAt + Long })),
        ["an event number is skipped"] = ("event_gap", run => LastRow(run, row => (row.First + 1, row.Last + 1, row.Count))),
        ["a row holds fewer events than its numbers say"] = ("event_gap", run => LastRow(run, row => row with { Count = row.Count - 1 })),
        ["an event names another attempt"] = ("event_attempt", run => Events(run, 6, "due", due => due with { Attempt = 2 })),
        ["a move that nothing led to"] = ("illegal_move", run => Events(run, 1, "created", created => created with { To = "scheduled" })),
        ["a move is missing"] = ("illegal_move", run => Events(run, 6, "due", due => due with { From = null, To = null })),
        ["the row tells another end than the events"] = ("row_differs", run => Jobs(run, 1, job => job with { State = "cancelled" })),
        ["a generation that never ended"] = ("ended_not_once", run => Events(run, 13, "failed", end => end with { Generation = 2 })),
        ["an accepted checkpoint was not given"] = ("checkpoint_fell", run => Given(run, 0)),
        ["an accepted checkpoint is not there in the end"] = (
            "checkpoint_fell", run => Stores(run, stored => stored with { Checkpoints = Second })),
        ["a checkpoint that nobody saved"] = ("checkpoint_invented", run => Given(run, 3)),
        ["a kept count is one too many"] = ("count_wrong", run => Stores(run, stored => stored with { Kept = More(stored.Kept) })),
        ["the minutes count an attempt too many"] = (
            "minutes_wrong", run => Stores(run, stored => stored with { Minutes = More(stored.Minutes) })),
        ["the file is damaged"] = ("file_damaged", run => Stores(run, stored => stored with { Integrity = "row 7 missing from an index" })),
    };

    public static TheoryData<string> Names => [.. Plants.Keys];

    [Fact]
    public void A_history_in_which_every_promise_was_kept_is_accepted() => Assert.Empty(Checker.Check(Sample.Good()));

    [Fact]
    public void What_a_fault_explains_is_accepted()
    {
        var fault = new Fault("stop", FromMono: 0, ToMono: Late, FromAt: 0, ToAt: Long);
        var run = FirstLife(Refused(Sample.Good()), life => life with { Killed = false });

        Assert.Equal(["call_failed", "lost_alive"], Checker.Check(run).Select(finding => finding.Reason).Distinct());
        Assert.Empty(Checker.Check(run with { Faults = [fault] }));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_planted_breach_is_refused_for_its_own_reason(string name)
    {
        var (reason, plant) = Plants[name];

        Assert.Equal([reason], Checker.Check(plant(Sample.Good())).Select(finding => finding.Reason).Distinct());
    }

    private static Run Asked(Run run) => run with { Calls = [.. run.Calls, run.Calls[0] with { Number = 99, Tag = "new" }] };

    private static Run Refused(Run run)
    {
        var call = run.Calls[0] with { Number = 99 };
        return run with { Calls = [.. run.Calls, call, call with { What = "fail", Error = "no" }] };
    }

    private static Run Answers(Run run, string tag, long id)
    {
        var last = run.Calls.Last(call => call.What == "ok" && call.Tag == tag);
        return run with { Calls = [.. run.Calls.Select(call => ReferenceEquals(call, last) ? call with { Ids = [id] } : call)] };
    }

    private static Run Jobs(Run run, long id, Func<StoredJob, StoredJob?> change) => Sample.Recount(Stores(
        run, stored => stored with { Jobs = [.. stored.Jobs.Select(job => job.Id == id ? change(job) : job).OfType<StoredJob>()] }));

    private static Run Attempts(Run run, long job, int attempt, Func<StoredAttempt, StoredAttempt?> change)
    {
        var attempts = run.Stored.Attempts.Select(end => end.Job == job && end.Attempt == attempt ? change(end) : end);
        return Sample.Recount(Stores(run, stored => stored with { Attempts = [.. attempts.OfType<StoredAttempt>()] }));
    }

    private static Run Started(Run run, int attempt) =>
        run with { Effects = [.. run.Effects, run.Effects.First(effect => effect.Job == 1) with { Attempt = attempt, Mono = Late }] };

    private static Run Effects(Run run, long job, int attempt, string what, Func<Effect, Effect?> change)
    {
        var effects = run.Effects.Select(done => done.Job == job && done.Attempt == attempt && done.What == what ? change(done) : done);
        return run with { Effects = [.. effects.OfType<Effect>()] };
    }

    private static Run Given(Run run, int count) => Effects(run, 5, 2, "start", start => start with { Count = count, Version = count });

    private static Run FirstLife(Run run, Func<Life, Life> change) => run with { Lives = [change(run.Lives[0]), .. run.Lives.Skip(1)] };

    private static Run LastRow(Run run, Func<(long First, long Last, int Count), (long First, long Last, int Count)> change) =>
        Stores(run, stored => stored with { EventRows = [.. stored.EventRows.SkipLast(1), change(stored.EventRows[^1])] });

    private static Run Events(Run run, long job, string kind, Func<StoredEvent, StoredEvent> change)
    {
        var events = run.Stored.Events.Select(happened => happened.Job == job && happened.Kind == kind ? change(happened) : happened);
        return Stores(run, stored => stored with { Events = [.. events] });
    }

    private static Run Stores(Run run, Func<Stored, Stored> change) => run with { Stored = change(run.Stored) };

    private static Dictionary<TKey, long> More<TKey>(IReadOnlyDictionary<TKey, long> counts)
        where TKey : notnull
    {
        var more = counts.ToDictionary();
        more[more.Keys.First()]++;
        return more;
    }
}
