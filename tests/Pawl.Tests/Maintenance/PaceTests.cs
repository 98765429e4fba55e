using Pawl.Maintenance;

namespace Pawl.Tests.Maintenance;

/// <summary>How long the loops rest.</summary>
public sealed class PaceTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    [InlineData(4, 16)]
    [InlineData(5, 30)]
    [InlineData(1_000_000, 30)]
    public void A_failed_step_is_tried_again_after_1_s_and_at_most_30(int failures, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), Trouble.Delay(failures, Trouble.Most));

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    [InlineData(2, 3)]
    [InlineData(1_000_000, 3)]
    public void The_watch_over_the_leadership_on_which_all_wait_is_tried_again_after_3_s_at_most(int failures, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), Trouble.Delay(failures, Trouble.MostOfLeader));

    [Theory]
    [InlineData(0, 5)]
    [InlineData(1, 10)]
    [InlineData(3, 40)]
    [InlineData(4, 60)]
    [InlineData(1_000_000, 60)]
    public void Missing_tables_are_looked_for_after_5_s_and_at_most_60(int failures, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), Trouble.Delay(failures, most: null));

    [Theory]
    [InlineData(null, 5_000)]
    [InlineData(-3_600_000, 10)]
    [InlineData(0, 10)]
    [InlineData(250, 250)]
    [InlineData(5_000, 5_000)]
    [InlineData(3_600_000, 5_000)]
    public void The_wall_clock_never_makes_due_jobs_rest_longer_than_the_poll(int? dueInMs, int restMs)
    {
        DateTimeOffset? next = dueInMs is { } due ? Now.AddMilliseconds(due) : null;
        Assert.Equal(TimeSpan.FromMilliseconds(restMs), DueJobs.Rest(next, Now, TimeSpan.FromSeconds(5)));
    }

    [Theory]
    [InlineData(null, 60)]
    [InlineData(20, 5)]
    [InlineData(1, 1)]
    public void Stuck_jobs_are_looked_for_four_times_within_the_shortest_limit(int? stuckAfterSeconds, int intervalSeconds)
    {
        ChoreType[] types = stuckAfterSeconds is { } seconds
            ? [new ChoreType { Name = "a" }, new ChoreType { Name = "b", StuckAfter = TimeSpan.FromSeconds(seconds) }]
            : [];
        Assert.Equal(TimeSpan.FromSeconds(intervalSeconds), StuckWatch.Interval(types));
    }

    [Theory]
    [InlineData(10, 1_600)]
    [InlineData(1, 500)]
    public void Others_are_watched_at_least_every_1600_ms(int heartbeatSeconds, int lookMs) =>
        Assert.Equal(TimeSpan.FromMilliseconds(lookMs), new ChoreSettings { Heartbeat = TimeSpan.FromSeconds(heartbeatSeconds) }.Look);
}
