using Pawl.Maintenance;

namespace Pawl.Tests.Maintenance;

public sealed class LeaderTests
{
    private static readonly ChoreSettings Settings = new();

    [Fact]
    public async Task The_first_to_ask_leads_at_once()
    {
        await using var here = await Installation.OpenAsync();
        var leader = await here.LeaderAsync(Settings, await here.WorkerAsync());
        Assert.Equal(1, leader.Term);
    }

    [Fact]
    public async Task A_leader_that_had_to_register_anew_leads_again_at_once()
    {
        await using var here = await Installation.OpenAsync();
        long? me = await here.WorkerAsync();
        var leader = new Leader(here.Store, Settings, () => me, here.Clock, here);
        await leader.StepAsync(Installation.Cancelled);
        me = null;
        await leader.StepAsync(Installation.Cancelled);
        Assert.Null(leader.Term);
        me = await here.WorkerAsync();
        await leader.StepAsync(Installation.Cancelled);
        Assert.Equal(2, leader.Term);
    }

    [Fact]
    public async Task A_second_one_watches_while_the_first_renews()
    {
        await using var here = await Installation.OpenAsync();
        var (first, second) = await TwoAsync(here);
        for (var times = 0; times < 12; times++)
        {
            await RenewAsync(first);
            await here.BeatAsync(second.Other!.Value, times + 1);
            await WatchAsync(here, second, seconds: 10);
        }

        Assert.Null(second.Term);
        Assert.NotNull(second.Other);
    }

    [Fact]
    public async Task The_lease_of_a_leader_that_died_is_reckoned_from_its_last_heartbeat()
    {
        await using var here = await Installation.OpenAsync();
        var (first, second) = await TwoAsync(here);
        await here.BeatAsync(second.Other!.Value, 1);
        await WatchAsync(here, second, seconds: 9);
        await RenewAsync(first);
        await WatchAsync(here, second, seconds: 21);
        Assert.Null(second.Term);
        await WatchAsync(here, second, seconds: 1);
        Assert.Equal(2, second.Term);
    }

    [Fact]
    public async Task The_second_takes_over_when_it_saw_no_renewal_for_the_whole_lease()
    {
        await using var here = await Installation.OpenAsync();
        var (first, second) = await TwoAsync(here);
        await WatchAsync(here, second, seconds: 29);
        Assert.Null(second.Term);
        await WatchAsync(here, second, seconds: 1);
        Assert.Equal(2, second.Term);
        Assert.Null(first.Term);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task A_jump_of_the_wall_clock_elects_nobody(int hours)
    {
        await using var here = await Installation.OpenAsync();
        var (first, second) = await TwoAsync(here);
        here.Clock.SetUtcNow(here.Clock.GetUtcNow().AddHours(hours));
        await WatchAsync(here, second, seconds: 5);
        Assert.Null(second.Term);
        Assert.Equal(1, first.Term);
    }

    [Fact]
    public async Task A_watcher_that_stalled_waits_for_a_whole_lease_again()
    {
        await using var here = await Installation.OpenAsync();
        var (_, second) = await TwoAsync(here);
        await WatchAsync(here, second, seconds: 20);
        here.Clock.Advance(TimeSpan.FromMinutes(10));
        await second.StepAsync(Installation.Cancelled);
        await WatchAsync(here, second, seconds: 29);
        Assert.Null(second.Term);
        await WatchAsync(here, second, seconds: 1);
        Assert.Equal(2, second.Term);
    }

    [Fact]
    public async Task A_leader_that_was_asleep_finds_its_term_over()
    {
        await using var here = await Installation.OpenAsync();
        var (first, second) = await TwoAsync(here);
        await WatchAsync(here, second, seconds: 30);
        await first.StepAsync(Installation.Cancelled);
        Assert.Null(first.Term);
        Assert.NotNull(first.Other);
        Assert.Contains(here.Lines, line => line.StartsWith("1401", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_leader_that_cannot_renew_gives_its_term_up_by_itself()
    {
        await using var here = await Installation.OpenAsync();
        var leader = await here.LeaderAsync(Settings, await here.WorkerAsync());
        here.Clock.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal(1, leader.Term);
        here.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(leader.Term);
    }

    [Fact]
    public async Task One_that_leaves_is_followed_at_once()
    {
        await using var here = await Installation.OpenAsync();
        var (first, second) = await TwoAsync(here);
        await first.LeaveAsync(Installation.Cancelled);
        await second.StepAsync(Installation.Cancelled);
        Assert.Equal(2, second.Term);
    }

    [Fact]
    public async Task A_worker_with_a_new_number_gets_a_new_term()
    {
        await using var here = await Installation.OpenAsync();
        long? number = await here.WorkerAsync();
        var leader = new Leader(here.Store, Settings, () => number, here.Clock, here);
        await leader.StepAsync(Installation.Cancelled);
        await here.Store.HeartbeatAsync(
            new() { WorkerId = number.Value, Beat = 1, Now = here.Clock.GetUtcNow(), Leaving = true }, Installation.Cancelled);
        number = await here.WorkerAsync();
        await leader.StepAsync(Installation.Cancelled);
        Assert.Equal(2, leader.Term);
    }

    [Fact]
    public async Task Who_waits_for_the_term_gets_it_with_the_election()
    {
        await using var here = await Installation.OpenAsync();
        var (_, second) = await TwoAsync(here);
        var waiting = second.TermAsync(Installation.Cancelled);
        Assert.False(waiting.IsCompleted);
        await WatchAsync(here, second, seconds: 30);
        Assert.Equal(2, await waiting);
    }

    private static async Task<(Leader First, Leader Second)> TwoAsync(Installation here)
    {
        var first = await here.LeaderAsync(Settings, await here.WorkerAsync("a"));
        var number = await here.WorkerAsync("b");
        var second = new Leader(here.Store, Settings, () => number, here.Clock, here);
        Assert.Equal(Settings.Look, await second.StepAsync(Installation.Cancelled));
        return (first, second);
    }

    private static async Task RenewAsync(Leader leader)
    {
        Assert.Equal(TimeSpan.FromSeconds(10), await leader.StepAsync(Installation.Cancelled));
        Assert.NotNull(leader.Term);
    }

    private static async Task WatchAsync(Installation here, Leader leader, int seconds)
    {
        for (var second = 0; second < seconds; second++)
        {
            here.Clock.Advance(TimeSpan.FromSeconds(1));
            await leader.StepAsync(Installation.Cancelled);
        }
    }
}
