using Pawl.Running;

namespace Pawl.Tests.Running;

public sealed class MeasureTests
{
    [Fact]
    public void Nothing_is_expected_of_a_type_that_never_ended() => Assert.Equal(0, new RunTimes().PerSecond([("new", TimeSpan.Zero)], 5));

    [Fact]
    public void Free_slots_count_by_the_mean_of_all_and_busy_ones_by_their_type()
    {
        var times = new RunTimes();
        times.Add("quick", TimeSpan.FromMilliseconds(10));

        Assert.Equal(200, times.PerSecond([], 2), 6);
        Assert.Equal(100, times.PerSecond([("quick", TimeSpan.Zero)], 0), 6);
    }

    [Fact]
    public void An_attempt_that_runs_longer_than_the_mean_slows_the_estimate()
    {
        var times = new RunTimes();
        times.Add("quick", TimeSpan.FromMilliseconds(10));

        Assert.Equal(0.5, times.PerSecond([("quick", TimeSpan.FromSeconds(2))], 0), 6);
    }

    [Fact]
    public void The_mean_follows_what_is_measured()
    {
        var times = new RunTimes();
        times.Add("type", TimeSpan.FromMilliseconds(10));
        for (var i = 0; i < 100; i++)
        {
            times.Add("type", TimeSpan.FromSeconds(1));
        }

        Assert.InRange(times.PerSecond([("type", TimeSpan.Zero)], 0), 0.99, 1.01);
    }
}
