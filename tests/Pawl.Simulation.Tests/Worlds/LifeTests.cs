namespace Pawl.Simulation.Tests.Worlds;

/// <summary>What a process is in the simulator: it can die and stand still, and its wall clock can be wrong.</summary>
public sealed class LifeTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly Scheduler _scheduler = new(new Dice(1));
    private readonly Machine _machine = new("a");

    [Fact]
    public void A_dead_process_does_nothing_more()
    {
        var (life, ticks) = Ticking();
        Pass(3 * Second);
        life.End();
        Pass(3 * Second);
        Assert.Equal(3, ticks.Count);
    }

    [Fact]
    public void A_process_that_stood_still_goes_on_where_it_was()
    {
        var (life, ticks) = Ticking();
        Pass(Second);
        life.Pause(10 * Second);
        Pass(10 * Second - TimeSpan.FromTicks(1));
        Assert.Single(ticks);
        Pass(2 * Second);
        Assert.True(ticks.Count > 1);
    }

    [Fact]
    public void A_wall_clock_may_jump_and_the_monotonic_one_does_not()
    {
        var life = new Life(_machine, _scheduler, 1);
        var (wall, stamp) = (life.Clock.GetUtcNow(), life.Clock.GetTimestamp());
        _machine.Jump(TimeSpan.FromHours(-1));
        Pass(Second);
        Assert.Equal(Second - TimeSpan.FromHours(1), life.Clock.GetUtcNow() - wall);
        Assert.Equal(Second, life.Clock.GetElapsedTime(stamp));
    }

    [Fact]
    public void A_wall_clock_may_run_too_fast()
    {
        var life = new Life(_machine, _scheduler, 1);
        _machine.Run(0.05, _scheduler.Now);
        var wall = life.Clock.GetUtcNow();
        Pass(100 * Second);
        Assert.Equal(105 * Second, life.Clock.GetUtcNow() - wall);
    }

    [Fact]
    public void A_continuation_from_another_thread_is_found_out()
    {
        var life = new Life(_machine, _scheduler, 1);
        var other = new Thread(() => life.Post(_ => { }, null));
        other.Start();
        other.Join();
        Assert.Contains("another thread", _scheduler.Broken, StringComparison.Ordinal);
    }

    private (Life Life, List<long> Ticks) Ticking()
    {
        var life = new Life(_machine, _scheduler, 1);
        var ticks = new List<long>();
        _ = life.StartAsync(async () =>
        {
            while (true)
            {
                await Task.Delay(Second, life.Clock);
                ticks.Add(_scheduler.Now);
            }
        });
        return (life, ticks);
    }

    private void Pass(TimeSpan time) => _scheduler.Run(_scheduler.Now + time.Ticks, () => false);
}
