using FsCheck.Fluent;

namespace Pawl.Tests.Rules;

public sealed class HealthTests
{
    private static HealthFacts Queue(string name = "capture") => new() { Queue = name };

    private static HealthFacts Capture { get; } = Queue() with
    {
        Ended = 200,
        Failed = 24,
        OldestRunnable = TimeSpan.FromSeconds(150),
        Started = 210,
        Lost = 2,
        NewDeadLetters = 5,
    };

    [Fact]
    public void The_worked_example_scores_58_and_says_why()
    {
        var report = Health.Of(Capture);
        Assert.Equal(58, report.Score);
        Assert.Equal(HealthGrade.Degraded, report.Grade);
        Assert.Equal("58: failures 19.2, waiting 17.5, lost_or_stuck 3.8, dead_letters 1.0", report.ToString());
        Assert.Equal(
            [
                "24 of 200 attempts failed in 1 h",
                "oldest runnable job waits 150 s, target 60 s",
                "2 attempts lost and 0 jobs stuck; 210 started in 1 h",
                "5 new dead letters in 24 h",
            ],
            report.Deductions.Select(deduction => deduction.Because));
    }

    [Fact]
    public void A_queue_of_which_nothing_is_known_is_healthy()
    {
        var report = Health.Of(Queue());
        Assert.Equal((100, HealthGrade.Healthy, "100"), (report.Score, report.Grade, report.ToString()));
    }

    [Theory]
    [InlineData(19, 19, 0)]
    [InlineData(20, 0, 0)]
    [InlineData(20, 1, 8)]
    [InlineData(20, 5, 40)]
    [InlineData(1_000, 1_000, 40)]
    public void Failures_cost_up_to_40_and_count_from_20_ended_attempts(long ended, long failed, double points) =>
        Assert.Equal(points, Points(Queue() with { Ended = ended, Failed = failed }, "failures"));

    [Theory]
    [InlineData(60, false, 0)]
    [InlineData(61, false, 0.2)]
    [InlineData(150, false, 17.5)]
    [InlineData(240, false, 35)]
    [InlineData(100_000, false, 35)]
    [InlineData(100_000, true, 0)]
    public void Waiting_costs_up_to_35_at_four_times_the_target_and_nothing_while_paused(int age, bool paused, double points) =>
        Assert.Equal(points, Points(Queue() with { OldestRunnable = TimeSpan.FromSeconds(age), Paused = paused }, "waiting"));

    [Theory]
    [InlineData(0, 0, 0, 0)]
    [InlineData(210, 2, 0, 3.8)]
    [InlineData(100, 4, 1, 20)]
    [InlineData(100, 0, 10, 40)]
    [InlineData(0, 0, 1, 40)]
    public void Lost_and_stuck_cost_up_to_40_at_a_tenth_of_the_starts(long started, long lost, long stuck, double points) =>
        Assert.Equal(points, Points(Queue() with { Started = started, Lost = lost, Stuck = stuck }, "lost_or_stuck"));

    [Fact]
    public void Points_are_shown_to_a_tenth_and_rounded_up_from_the_middle()
    {
        var report = Health.Of(Queue() with { Started = 1_600, Lost = 1 });   // 40 × 1 / 160 = 0.25
        Assert.Equal("99: lost_or_stuck 0.3", report.ToString());
    }

    [Fact]
    public void Each_deduction_says_its_numbers()
    {
        var report = Health.Of(Queue() with
        {
            Started = 1,
            Lost = 1,
            Stuck = 1,
            NewDeadLetters = 1,
            WithoutWorker = TimeSpan.FromSeconds(90.9),
            OpenCircuits = ["crawler", "mail"],
            ConnectionWait = TimeSpan.FromMilliseconds(2_500),
            WaitingForSchema = true,
        });
        Assert.Equal(
            [
                "1 attempt lost and 1 job stuck; 1 started in 1 h",
                "1 new dead letter in 24 h",
                "runnable work has had no live worker for 90 s",
                "2 open circuits with jobs behind: crawler, mail",
                "p95 wait for a connection 2500 ms, limit 10000 ms",
                "waiting for the schema",
            ],
            report.Deductions.Select(deduction => deduction.Because));
        Assert.StartsWith(
            "1 open circuit with jobs behind: mail",
            Health.Of(Queue() with { OpenCircuits = ["mail"] }).Deductions[0].Because,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 0.2)]
    [InlineData(50, 10)]
    [InlineData(500, 10)]
    public void Dead_letters_cost_up_to_10_at_fifty(long dead, double points) =>
        Assert.Equal(points, Points(Queue() with { NewDeadLetters = dead }, "dead_letters"));

    [Theory]
    [InlineData(59, 0)]
    [InlineData(60, 40)]
    public void No_worker_costs_40_after_a_minute(int seconds, double points) =>
        Assert.Equal(points, Points(Queue() with { WithoutWorker = TimeSpan.FromSeconds(seconds) }, "no_worker"));

    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 10)]
    [InlineData(3, 10)]
    public void Each_open_circuit_costs_5_up_to_10(int open, double points) =>
        Assert.Equal(points, Points(Queue() with { OpenCircuits = [.. Enumerable.Repeat("crawler", open)] }, "circuits"));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(2_500, 2.5)]
    [InlineData(20_000, 10)]
    public void Waiting_for_connections_costs_up_to_10(int milliseconds, double points) =>
        Assert.Equal(points, Points(Queue() with { ConnectionWait = TimeSpan.FromMilliseconds(milliseconds) }, "connections"));

    [Fact]
    public void A_store_without_its_tables_or_out_of_reach_costs_40_once()
    {
        Assert.Equal(40, Points(Queue() with { WaitingForSchema = true }, "store"));
        Assert.Equal(40, Points(Queue() with { StoreFailed = true, WaitingForSchema = true }, "store"));
        Assert.Equal("the last call of the store failed", Health.Of(Queue() with { StoreFailed = true }).Deductions[0].Because);
    }

    [Fact]
    public void Deductions_past_100_end_at_0()
    {
        var report = Health.Of(Capture with { Failed = 200, WithoutWorker = TimeSpan.FromHours(1), StoreFailed = true });
        Assert.Equal((0, HealthGrade.Unhealthy), (report.Score, report.Grade));
    }

    [Fact]
    public void Thirty_per_cent_of_failures_is_no_longer_healthy()
    {
        var report = Health.Of(Queue() with { Ended = 1_000, Failed = 300 });
        Assert.Equal((60, HealthGrade.Degraded), (report.Score, report.Grade));
    }

    [Theory]
    [InlineData(100, HealthGrade.Healthy)]
    [InlineData(70, HealthGrade.Healthy)]
    [InlineData(69, HealthGrade.Degraded)]
    [InlineData(40, HealthGrade.Degraded)]
    [InlineData(39, HealthGrade.Unhealthy)]
    public void A_grade_is_read_from_the_score(int score, HealthGrade grade) => Assert.Equal(grade, new HealthReport("q", score, []).Grade);

    [Fact]
    public void The_score_of_all_is_that_of_the_worst_queue()
    {
        var all = Health.Overall([Health.Of(Queue("mail")), Health.Of(Capture), Health.Of(Queue("zeta"))]);
        Assert.Equal(("capture", 58), (all.Queue, all.Score));
        Assert.Equal("mail", Health.Overall([Health.Of(Queue("zeta")), Health.Of(Queue("mail"))]).Queue);
        Assert.Equal((null, 100), (Health.Overall([]).Queue, Health.Overall([]).Score));
    }

    [Fact]
    public void A_sum_that_doubles_cannot_hold_exactly_does_not_cost_a_point()
    {
        // 32.4 + 3.6 comes out as 36.00000000000001.
        Assert.Equal(64, Health.Of(Queue() with { Ended = 4_000, Failed = 810, NewDeadLetters = 18 }).Score);
    }

    [Fact]
    public void Any_facts_give_a_score_that_falls_when_a_fact_gets_worse()
    {
        var count = Gen.Choose(0, 500).Select(n => (long)n);
        var facts = from ended in count
                    from failed in count
                    from age in count
                    from started in count
                    from lost in count
                    from dead in count
                    from paused in Gen.Elements(true, false)
                    select Queue() with
                    {
                        Ended = ended,
                        Failed = failed,
                        OldestRunnable = TimeSpan.FromSeconds(age),
                        Started = started,
                        Lost = lost,
                        NewDeadLetters = dead,
                        Paused = paused,
                    };
        Law.Holds(facts, f =>
        {
            var report = Health.Of(f);
            HealthFacts[] worse =
            [
                f with { Failed = f.Failed + 1 },
                f with { OldestRunnable = f.OldestRunnable + TimeSpan.FromSeconds(1) },
                f with { Lost = f.Lost + 1 },
                f with { Stuck = 1 },
                f with { NewDeadLetters = f.NewDeadLetters + 1 },
                f with { OpenCircuits = ["crawler"] },
                f with { StoreFailed = true },
            ];
            var off = report.Deductions.Sum(deduction => deduction.Points);
            return report.Score is >= 0 and <= 100
                && Math.Abs(Math.Max(0, 100 - off) - report.Score) < 1.5
                && worse.All(w => Health.Of(w).Score <= report.Score);
        });
    }

    private static double Points(HealthFacts facts, string name) =>
        Health.Of(facts).Deductions.SingleOrDefault(deduction => deduction.Name == name)?.Points ?? 0;
}
