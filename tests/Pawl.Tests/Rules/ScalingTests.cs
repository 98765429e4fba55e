namespace Pawl.Tests.Rules;

public sealed class ScalingTests
{
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(300);

    [Fact]
    public void The_worked_example_of_the_model_gives_six_workers() =>
        Assert.Equal(6, Scaling.Workers(4, TimeSpan.FromSeconds(6), 900, Drain, 10, 0, 20));

    [Fact]
    public void Jobs_that_wait_for_something_else_would_ask_for_a_worker_that_sits_idle() =>
        Assert.Equal(7, Scaling.Workers(4, TimeSpan.FromSeconds(6), 1_500, Drain, 10, 0, 20));

    [Theory]
    [InlineData(0, 0, 0, 0)]
    [InlineData(40, 1, 0, 5)]     // 40 / 8, exactly
    [InlineData(1_000, 6, 0, 20)]
    public void The_number_is_whole_and_within_its_bounds(double arrivals, double seconds, long runnable, int workers) =>
        Assert.Equal(workers, Scaling.Workers(arrivals, TimeSpan.FromSeconds(seconds), runnable, Drain, 10, 0, 20));

    [Fact]
    public void The_last_value_of_a_moving_average_has_three_tenths_of_the_weight()
    {
        Assert.Equal(0, Scaling.Average([]));
        Assert.Equal(8, Scaling.Average([8]));
        Assert.Equal(8.6, Scaling.Average([8, 10]), 9);
    }

    [Fact]
    public void A_number_near_the_present_one_is_the_present_one()
    {
        Assert.Equal(20, Scaling.Next(null, 21, 20, default).Said);
        Assert.Equal(20, Scaling.Next(null, 18, 20, default).Said);
        Assert.Equal(23, Scaling.Next(null, 23, 20, default).Said);
        Assert.Equal(1, Scaling.Next(null, 1, 0, default).Said);
    }

    [Fact]
    public void It_goes_up_at_most_every_ten_seconds()
    {
        var memory = Scaling.Next(null, 2, 0, At(0));
        memory = Scaling.Next(memory, 8, 0, At(9));
        Assert.Equal(2, memory.Said);
        memory = Scaling.Next(memory, 8, 0, At(10));
        Assert.Equal(8, memory.Said);
        Assert.Equal(8, Scaling.Next(memory, 9, 0, At(19)).Said);
        Assert.Equal(9, Scaling.Next(memory, 9, 0, At(20)).Said);
    }

    [Fact]
    public void It_goes_down_to_the_most_of_the_last_five_minutes()
    {
        var memory = Scaling.Next(null, 10, 0, At(0));
        memory = Scaling.Next(memory, 6, 0, At(100));
        memory = Scaling.Next(memory, 2, 0, At(299));
        Assert.Equal(10, memory.Said);
        memory = Scaling.Next(memory, 2, 0, At(300));
        Assert.Equal(6, memory.Said);
        memory = Scaling.Next(memory, 2, 0, At(400));
        Assert.Equal(2, memory.Said);
    }

    private static TimeSpan At(int seconds) => TimeSpan.FromSeconds(seconds);
}
