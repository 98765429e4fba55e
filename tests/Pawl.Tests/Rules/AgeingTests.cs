using FsCheck.Fluent;

namespace Pawl.Tests.Rules;

public sealed class AgeingTests
{
    [Fact]
    public void Of_every_ten_starts_the_tenth_goes_to_the_longest_waiting()
    {
        var given = Enumerable.Range(0, 40).Where(starts => Ageing.Turns(starts, 1) == 1).Select(starts => starts + 1);
        Assert.Equal([10, 20, 30, 40], given);
    }

    [Theory]
    [InlineData(1_000_000)]
    [InlineData(1_000_010)]
    [InlineData(9_223_372_036_854_775_800)]
    public void The_pattern_holds_however_many_starts_came_before(long tenth)
    {
        Assert.Equal(1, Ageing.Turns(tenth - 1, 1));
        Assert.Equal(0, Ageing.Turns(tenth, 1) + Ageing.Turns(tenth - 2, 1));
    }

    [Fact]
    public void Of_600_starts_a_minute_540_keep_their_order_and_300_old_jobs_are_gone_in_five_minutes()
    {
        var minutes = Enumerable.Range(0, 5).Select(minute => Ageing.Turns(minute * 600L, 600)).ToList();
        Assert.All(minutes, turns => Assert.Equal(600 - 540, turns));
        Assert.Equal(300, minutes.Sum());
    }

    [Fact]
    public void A_share_of_none_gives_none_and_a_share_of_all_gives_all()
    {
        Assert.Equal(0, Ageing.Turns(7, 1_000_000, 0));
        Assert.Equal(1_000_000, Ageing.Turns(7, 1_000_000, 1));
        Assert.Equal(int.MaxValue, Ageing.Turns(long.MaxValue, int.MaxValue, 1));
    }

    [Fact]
    public void It_makes_no_difference_how_the_starts_are_cut_into_claims()
    {
        var cases = from starts in Gen.Choose(0, int.MaxValue).Select(n => n * 4_000_000_000L)
                    from offset in Gen.Choose(0, 1_000)
                    from first in Gen.Choose(0, 500)
                    from second in Gen.Choose(0, 500)
                    from share in Law.Chance
                    select (Starts: starts + offset, first, second, share);
        Law.Holds(cases, c =>
        {
            var turns = Ageing.Turns(c.Starts, c.first + c.second, c.share);
            return turns == Ageing.Turns(c.Starts, c.first, c.share) + Ageing.Turns(c.Starts + c.first, c.second, c.share)
                && Math.Abs(turns - ((c.first + c.second) * c.share)) <= 1.001;
        });
    }

    [Fact]
    public void A_number_out_of_its_range_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Ageing.Turns(-1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Ageing.Turns(0, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Ageing.Turns(0, 1, 1.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Ageing.Turns(0, 1, double.NaN));
    }
}
