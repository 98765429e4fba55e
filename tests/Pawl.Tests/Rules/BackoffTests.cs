using FsCheck.Fluent;

namespace Pawl.Tests.Rules;

public sealed class BackoffTests
{
    private static readonly double AlmostOne = Math.BitDecrement(1.0);

    [Theory]
    [InlineData(0, 60, 78)]
    [InlineData(1, 120, 156)]
    [InlineData(2, 240, 312)]
    [InlineData(3, 480, 624)]
    [InlineData(4, 960, 1_248)]
    [InlineData(5, 1_920, 2_496)]
    [InlineData(6, 3_600, 4_680)]
    [InlineData(7, 3_600, 4_680)]
    [InlineData(8, 3_600, 4_680)]
    public void A_thousand_waits_lie_in_the_band_of_the_model(int retriesSoFar, int least, int most)
    {
        Assert.Equal(TimeSpan.FromSeconds(least), Backoff.Delay(RetryPolicy.Default, retriesSoFar, 0));
        for (var i = 0; i < 1_000; i++)
        {
            var delay = Backoff.Delay(RetryPolicy.Default, retriesSoFar, i / 1_000.0);
            Assert.InRange(delay, TimeSpan.FromSeconds(least), TimeSpan.FromSeconds(most));
        }

        var longest = Backoff.Delay(RetryPolicy.Default, retriesSoFar, AlmostOne);
        Assert.InRange(longest, TimeSpan.FromSeconds(most) - TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(most));
    }

    [Fact]
    public void A_wait_is_cut_to_whole_milliseconds()
    {
        // 60,000 × (1 + 0.123456 × 0.3) = 62,222.208
        Assert.Equal(TimeSpan.FromMilliseconds(62_222), Backoff.Delay(RetryPolicy.Default, 0, 0.123456));
    }

    [Fact]
    public void What_the_other_side_asks_is_a_floor()
    {
        Assert.Equal(TimeSpan.FromSeconds(100), Backoff.Delay(RetryPolicy.Default, 0, 0.5, TimeSpan.FromSeconds(100)));
        Assert.Equal(TimeSpan.FromSeconds(69), Backoff.Delay(RetryPolicy.Default, 0, 0.5, TimeSpan.FromSeconds(10)));
        Assert.Equal(TimeSpan.FromSeconds(69), Backoff.Delay(RetryPolicy.Default, 0, 0.5, TimeSpan.FromSeconds(-10)));

        var odd = TimeSpan.FromSeconds(100) + TimeSpan.FromTicks(1);
        Assert.Equal(TimeSpan.FromMilliseconds(100_001), Backoff.Delay(RetryPolicy.Default, 0, 0.5, odd));
    }

    [Fact]
    public void Huge_counts_and_multipliers_end_at_the_cap()
    {
        var steep = RetryPolicy.Default with { Multiplier = 100, BaseDelay = TimeSpan.FromMinutes(59) };
        Assert.Equal(TimeSpan.FromHours(1), Backoff.Delay(RetryPolicy.Default, int.MaxValue, 0));
        Assert.Equal(TimeSpan.FromHours(1), Backoff.Delay(steep, int.MaxValue, 0));
        Assert.Equal(TimeSpan.Zero, Backoff.Delay(steep with { BaseDelay = TimeSpan.Zero }, int.MaxValue, AlmostOne));
    }

    [Fact]
    public void A_policy_nobody_should_have_stored_still_gives_a_time_in_the_calendar()
    {
        var wild = new RetryPolicy { BaseDelay = TimeSpan.MaxValue, MaxDelay = TimeSpan.MaxValue, Multiplier = 1e308, Jitter = 1e308 };
        Assert.Equal(TimeSpan.FromDays(3_650), Backoff.Delay(wild, 1_000, AlmostOne));
        Assert.Equal(TimeSpan.FromDays(3_650), Backoff.Delay(RetryPolicy.Default, 0, 0, TimeSpan.MaxValue));
        Assert.Equal(TimeSpan.Zero, Backoff.Delay(wild with { Multiplier = double.NaN }, 1, 0));
        Assert.Equal(TimeSpan.Zero, Backoff.Delay(wild with { MaxDelay = TimeSpan.MinValue }, 1, 0));
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.0)]
    [InlineData(double.NaN)]
    public void A_chance_outside_its_range_is_refused(double chance) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Backoff.Delay(RetryPolicy.Default, 0, chance));

    [Fact]
    public void A_negative_count_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Backoff.Delay(RetryPolicy.Default, -1, 0));

    [Fact]
    public void Any_wait_of_any_sound_policy_lies_between_the_capped_power_and_its_jitter()
    {
        var cases = from baseMs in Gen.Choose(0, 100_000)
                    from multiplier in Gen.Choose(10, 100).Select(tenths => tenths / 10.0)
                    from extraMs in Gen.Choose(0, 10_000_000)
                    from jitter in Gen.Choose(0, 100).Select(percent => percent / 100.0)
                    from n in Gen.Choose(0, 40)
                    from chance in Law.Chance
                    select (Policy: new RetryPolicy
                    {
                        BaseDelay = TimeSpan.FromMilliseconds(baseMs),
                        Multiplier = multiplier,
                        MaxDelay = TimeSpan.FromMilliseconds(baseMs + extraMs),
                        Jitter = jitter,
                    }, N: n, Chance: chance);

        Law.Holds(cases, c =>
        {
            // The power by repeated multiplication, so that the test does not share the formula's own way to it.
            var low = c.Policy.BaseDelay.TotalMilliseconds;
            for (var i = 0; i < c.N && low < c.Policy.MaxDelay.TotalMilliseconds; i++)
            {
                low *= c.Policy.Multiplier;
            }

            low = Math.Min(low, c.Policy.MaxDelay.TotalMilliseconds);
            var delay = Backoff.Delay(c.Policy, c.N, c.Chance);
            return c.Policy.Faults().Count == 0
                && delay.TotalMilliseconds > low - 1.001
                && delay.TotalMilliseconds <= (low * (1 + c.Policy.Jitter)) + 0.001
                && delay.Ticks % TimeSpan.TicksPerMillisecond == 0;
        });
    }

    [Fact]
    public void A_later_retry_never_waits_less_at_equal_chance() =>
        Law.Holds(
            from n in Gen.Choose(0, 2_000) from chance in Law.Chance select (n, chance),
            c => Backoff.Delay(RetryPolicy.Default, c.n + 1, c.chance) >= Backoff.Delay(RetryPolicy.Default, c.n, c.chance));

    [Theory]
    [InlineData(0, 60)]
    [InlineData(1, 120)]
    [InlineData(5, 1_920)]
    [InlineData(6, 3_600)]
    [InlineData(1_000_000, 3_600)]
    public void A_bucket_whose_limit_names_no_time_waits_twice_as_long_each_time(int limitsBefore, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), Backoff.RateLimitDelay(limitsBefore));

    [Fact]
    public void A_bucket_waits_as_long_as_asked_when_that_is_longer()
    {
        Assert.Equal(TimeSpan.FromHours(5), Backoff.RateLimitDelay(0, TimeSpan.FromHours(5)));
        Assert.Equal(TimeSpan.FromSeconds(240), Backoff.RateLimitDelay(2, TimeSpan.FromSeconds(1)));
    }
}
