using FsCheck.Fluent;

namespace Pawl.Tests.Rules;

public sealed class RetryBudgetTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 10, 0, 0, TimeSpan.Zero);

    /// <summary>What stands for a budget that has forgotten everything.</summary>
    private static RetryBudget Settled => RetryBudget.Begin(Start - RetryBudget.Window - TimeSpan.FromTicks(1));

    [Fact]
    public void Of_every_five_starts_one_is_a_retry()
    {
        var budget = RetryBudget.Begin(Start);
        var pattern = "";
        for (var n = 0; n < 20; n++)
        {
            var retries = budget.Room(Start, 1);
            pattern += retries == 1 ? 'r' : 'f';
            budget = budget.After(Start, 1 - retries, retries);
        }

        Assert.Equal("ffffrffffrffffrffffr", pattern);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(5, 1)]
    [InlineData(6, 2)]
    [InlineData(100, 20)]
    [InlineData(int.MaxValue, 429_496_730)]
    public void Of_many_starts_at_once_a_fifth_may_be_retries_rounded_up(int starts, int retries) =>
        Assert.Equal(retries, Settled.Room(Start, starts));

    [Fact]
    public void A_queue_with_three_starts_a_window_has_one_retry_among_them()
    {
        var (budget, retries) = (RetryBudget.Begin(Start), 0);
        for (var n = 0; n < 30; n++)
        {
            var now = Start.AddSeconds(n * 3.4);
            var room = budget.Room(now, 1);
            budget = budget.After(now, 1 - room, room);
            retries += room;
        }

        Assert.Equal(9, retries);
    }

    [Fact]
    public void A_queue_whose_first_attempts_cannot_start_has_one_retry_a_window()
    {
        var budget = RetryBudget.Begin(Start).After(Start, 0, 1_000);
        Assert.Equal(0, budget.Room(Start + RetryBudget.Window, 1_000));
        var later = Start + RetryBudget.Window + TimeSpan.FromTicks(1);
        Assert.Equal(1, budget.Room(later, 1));
        Assert.Equal(0, budget.After(later, 0, 1).Room(later + RetryBudget.Window, 1));
    }

    [Fact]
    public void What_first_attempts_have_paid_is_not_saved_up_for_a_burst()
    {
        var budget = Settled.After(Start, 10_000, 0);
        Assert.Equal(1, budget.Room(Start, 1));
        Assert.Equal(0, budget.After(Start, 0, 1).Room(Start, 1));
    }

    [Fact]
    public void Retries_that_started_without_asking_are_owed_for()
    {
        var budget = Settled.After(Start, 0, 100);
        Assert.Equal(0, budget.After(Start, 399, 0).Room(Start, 1));
        Assert.Equal(1, budget.After(Start, 400, 0).Room(Start, 1));
    }

    [Fact]
    public void A_share_of_all_holds_nothing_back_and_a_share_of_none_leaves_one_a_window()
    {
        Assert.Equal(100, Settled.After(Start, 0, 1_000, share: 1).Room(Start, 100, share: 1));
        Assert.Equal(1, Settled.Room(Start, 100, share: 0));
        Assert.Equal(0, Settled.After(Start, 1_000_000, 1, share: 0).Room(Start, 100, share: 0));
    }

    [Fact]
    public void A_share_that_divides_badly_is_reached_all_the_same()
    {
        var (budget, retries) = (Settled, 0);
        for (var n = 0; n < 1_000; n++)
        {
            var room = budget.Room(Start, 1, 0.3);
            budget = budget.After(Start, 1 - room, room, 0.3);
            retries += room;
        }

        Assert.Equal(300, retries);
    }

    [Fact]
    public void A_clock_set_back_makes_it_wait_one_window_more_at_most()
    {
        var budget = RetryBudget.Begin(Start);
        var back = Start.AddHours(-1);
        budget = budget.After(back, 0, 0);
        Assert.Equal(0, budget.Room(back + RetryBudget.Window, 1));
        Assert.Equal(1, budget.Room(back + RetryBudget.Window + TimeSpan.FromTicks(1), 1));
    }

    [Fact]
    public void A_number_out_of_its_range_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Settled.Room(Start, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Settled.Room(Start, 1, 1.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Settled.Room(Start, 1, double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => Settled.After(Start, -1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Settled.After(Start, 0, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => RetryBudget.Begin(Start, -0.1));
    }

    [Fact]
    public void In_any_window_of_n_starts_at_most_the_share_rounded_up_are_retries()
    {
        var claims = from wait in Gen.OneOf(Gen.Constant(0), Gen.Choose(0, 400), Gen.Choose(0, 12_000))
                     from starts in Gen.OneOf(Gen.Choose(1, 3), Gen.Choose(1, 40))
                     from wish in Gen.Choose(0, 50)
                     select (wait, starts, wish);
        var cases = from share in Gen.OneOf(Gen.Constant(0.2), Law.Chance)
                    from list in claims.ListOf(60)
                    select (share, list);
        Law.Holds(cases, c =>
        {
            var (budget, now) = (RetryBudget.Begin(Start, c.share), Start);
            var made = new List<(DateTimeOffset At, int Starts, int Retries)>();
            foreach (var (wait, starts, wish) in c.list)
            {
                now = now.AddMilliseconds(wait);
                var retries = Math.Min(wish, budget.Room(now, starts, c.share));
                budget = budget.After(now, starts - retries, retries, c.share);
                made.Add((now, starts, retries));
            }

            return Windows(made).All(window =>
                window.Sum(claim => claim.Retries) <= Math.Ceiling((c.share * window.Sum(claim => claim.Starts)) + 0.001));
        });
    }

    [Fact]
    public void Several_processes_keep_the_share_each_rounded_up_for_itself()
    {
        var claims = from process in Gen.Choose(0, 2)
                     from wait in Gen.Choose(0, 800)
                     from starts in Gen.Choose(1, 20)
                     select (process, wait, starts);
        Law.Holds(claims.ListOf(80), list =>
        {
            var budgets = Enumerable.Repeat(RetryBudget.Begin(Start), 3).ToArray();
            var now = Start;
            var made = new List<(DateTimeOffset At, int Starts, int Retries)>();
            foreach (var (process, wait, starts) in list)
            {
                now = now.AddMilliseconds(wait);
                var retries = budgets[process].Room(now, starts);
                budgets[process] = budgets[process].After(now, starts - retries, retries);
                made.Add((now, starts, retries));
            }

            return Windows(made).All(window =>
                window.Sum(claim => claim.Retries) <= (0.2 * window.Sum(claim => claim.Starts)) + 3);
        });
    }

    [Fact]
    public void Retries_that_take_every_turn_get_the_whole_share_however_the_starts_are_cut_into_claims()
    {
        Law.Holds(Gen.Choose(0, 30).ListOf(50), claims =>
        {
            var (budget, retries) = (RetryBudget.Begin(Start), 0);
            foreach (var starts in claims)
            {
                var room = budget.Room(Start, starts);
                budget = budget.After(Start, starts - room, room);
                retries += room;
            }

            return retries == claims.Sum() / 5;
        });
    }

    /// <summary>Every run of claims that fits into a window.</summary>
    private static IEnumerable<List<(DateTimeOffset At, int Starts, int Retries)>> Windows(
        List<(DateTimeOffset At, int Starts, int Retries)> claims) =>
        from first in Enumerable.Range(0, claims.Count)
        from count in Enumerable.Range(1, claims.Count - first)
        where claims[first + count - 1].At - claims[first].At <= RetryBudget.Window
        select claims.GetRange(first, count);
}
