using Pawl.Storage;

namespace Pawl.Tests.Rules;

public sealed class HistogramTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1_000, 0)]
    [InlineData(1_001, 1)]
    [InlineData(1_414, 1)]
    [InlineData(1_415, 2)]
    [InlineData(2_000, 2)]
    [InlineData(1_024_000, 20)]
    [InlineData(long.MaxValue, 61)]
    public void A_length_falls_into_the_first_step_that_reaches_it(long micros, int step) =>
        Assert.Equal(step, Histogram.StepOf(micros));

    [Fact]
    public void Each_step_reaches_to_its_own_upper_end()
    {
        for (var step = 0; step < Histogram.Steps - 1; step++)
        {
            Assert.Equal(step, Histogram.StepOf((long)(Histogram.Upper(step).TotalMicroseconds * 0.999)));
            Assert.Equal(step + 1, Histogram.StepOf((long)(Histogram.Upper(step).TotalMicroseconds * 1.001) + 1));
        }
    }

    [Fact]
    public void A_share_is_found_within_its_step()
    {
        var times = new MinuteTimes();
        for (var millis = 1; millis <= 1_000; millis++)
        {
            times.AddRun(millis * 1_000);
        }

        Assert.InRange(times.Ran.Percentile(0.5)!.Value.TotalMilliseconds, 450, 550);
        Assert.InRange(times.Ran.Percentile(0.95)!.Value.TotalMilliseconds, 900, 1_030);
        Assert.InRange(times.Ran.Percentile(0)!.Value.TotalMilliseconds, 0, 1.5);
        Assert.Equal((1_000, 0), (times.Ran.Count, times.Waits.Count));
        Assert.Null(Histogram.Empty.Percentile(0.5));
    }

    [Fact]
    public void What_is_packed_comes_back_and_adds_up()
    {
        var (one, other) = (new MinuteTimes(), new MinuteTimes());
        one.AddWait(5_000);
        one.AddRun(long.MaxValue);
        other.AddWait(5_000);
        other.AddRun(1);

        var sum = new MinuteTimes();
        sum.Add(one.Pack());
        sum.Add(other.PackBytes());

        Assert.Equal(one.Waits.Plus(other.Waits).Counts, sum.Waits.Counts);
        Assert.Equal(one.Ran.Plus(other.Ran).Counts, sum.Ran.Counts);
        Assert.Equal((2, 2), (sum.Waits.Count, sum.Ran.Count));
        Assert.Empty(new MinuteTimes().Pack());
    }
}
