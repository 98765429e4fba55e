using Pawl.Maintenance;
using Pawl.Storage;

namespace Pawl.Tests.Maintenance;

public sealed class HealthReadingTests
{
    private static readonly DateTimeOffset Now = Sample.Now;

    [Fact]
    public void The_worked_example_comes_out_of_what_a_store_counts()
    {
        var reading = Reading() with
        {
            Lines = [Line("capture.a") with { OldestRunnableAt = Now.AddSeconds(-150), Dead = 3 }, Line("capture.b") with { Dead = 4 }],
            Minutes =
            [
                Minute(10, "capture.a", started: 110, died: 2, (Outcome.Succeeded, 90), (Outcome.Failed, 14), (Outcome.Lost, 2)),
                Minute(40, "capture.b", started: 100, died: 1, (Outcome.Succeeded, 86), (Outcome.TimedOut, 10), (Outcome.Snoozed, 50)),
                Minute(600, "capture.b", started: 5_000, died: 2, (Outcome.Failed, 5_000)),
            ],
            Workers = [Worker(1)],
        };
        Assert.Equal(
            "58: failures 19.2, waiting 17.5, lost_or_stuck 3.8, dead_letters 1.0",
            Health.Of(reading.Queues().Single()).ToString());
    }

    [Fact]
    public void Each_queue_has_facts_of_its_own()
    {
        var reading = Reading() with
        {
            Lines = [Line("b") with { Queue = "mail" }, Line("a")],
            Stuck = [new StuckJob(new JobId(1), 1, "mail", "b", TimeSpan.FromHours(3))],
        };
        Assert.Equal([("capture", 0L), ("mail", 1L)], reading.Queues().Select(queue => (queue.Queue, queue.Stuck)));
    }

    [Fact]
    public void Dismissed_failures_are_no_dead_letters()
    {
        var reading = Reading() with { Lines = [Line("a") with { Dead = 1 }], Minutes = [Minute(90, "a", started: 9, died: 8)] };
        Assert.Equal(1, reading.Queues().Single().NewDeadLetters);
    }

    [Fact]
    public void A_paused_line_is_meant_to_wait()
    {
        var waiting = Line("a") with { OldestRunnableAt = Now.AddHours(-1) };
        Assert.Equal(TimeSpan.FromHours(1), (Reading() with { Lines = [waiting] }).Queues().Single().OldestRunnable);
        var paused = (Reading() with { Lines = [waiting with { TypePausedAt = Now }] }).Queues().Single();
        Assert.Null(paused.OldestRunnable);
        Assert.Null(paused.WithoutWorker);
        Assert.True(paused.Paused);
    }

    [Fact]
    public void Work_without_a_worker_is_missed_since_the_last_one_was_seen()
    {
        var line = Line("a") with { OldestRunnableAt = Now.AddMinutes(-10) };
        Assert.Equal(TimeSpan.FromMinutes(10), WithoutWorker(line));
        Assert.Equal(TimeSpan.FromMinutes(10), WithoutWorker(line, Worker(1) with { Facts = Worker(1).Facts with { Queues = ["mail"] } }));
        Assert.Equal(TimeSpan.FromMinutes(2), WithoutWorker(line, Worker(1) with { Gone = true, SeenAt = Now.AddMinutes(-2) }));
        Assert.Null(WithoutWorker(line, Worker(1) with { Gone = true }, Worker(2)));
    }

    [Fact]
    public void A_queue_is_measured_by_the_start_it_was_set()
    {
        var settings = new QueueSettings { StartTarget = TimeSpan.FromMinutes(5) };
        var reading = Reading() with
        {
            Lines = [Line("a"), Line("b") with { Queue = "mail" }],
            Settings = [new QueueRow("capture", settings, 2), new QueueRow("mail", new QueueSettings(), 1)],
        };
        Assert.Equal([300.0, 60.0], reading.Queues().Select(queue => queue.StartTarget.TotalSeconds));
    }

    private static TimeSpan? WithoutWorker(LineFacts line, params WorkerRow[] workers) =>
        (Reading() with { Lines = [line], Workers = workers }).Queues().Single().WithoutWorker;

    private static HealthReading Reading() => new() { Lines = [], Minutes = [], Workers = [], Now = Now };

    private static LineFacts Line(string type) => new() { Queue = "capture", Type = type, Counts = new Dictionary<JobState, long>() };

    private static MinuteFacts Minute(
        int minutesAgo, string type, long started, long died, params (Outcome Outcome, long Count)[] ended)
    {
        var counts = ended.ToDictionary(one => one.Outcome, one => one.Count);
        return new(
            Now.AddMinutes(-minutesAgo), "capture", type, Created: started, started, counts, died, TimeSpan.Zero, TimeSpan.Zero);
    }

    private static WorkerRow Worker(long id) => new(
        id,
        new WorkerFacts
        {
            Name = "w", Host = "h", Pid = 1, Version = "1", Slots = 4, Types = ["a", "capture.a", "capture.b"], Queues = ["capture"],
        },
        Beat: 7, Gone: false, Dead: false, Draining: false, SlotsUsed: 0, StartedAt: Now.AddDays(-1), SeenAt: Now, Running: 0);
}
