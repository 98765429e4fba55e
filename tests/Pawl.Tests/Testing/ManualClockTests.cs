using Pawl.Testing;

namespace Pawl.Tests.Testing;

public sealed class ManualClockTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 29, 0, 59, 0, TimeSpan.Zero);
    private readonly ManualClock _clock = new(Start);
    private readonly List<string> _fired = [];

    [Fact]
    public void Time_stands_still_until_it_is_moved()
    {
        var before = _clock.GetTimestamp();

        Assert.Equal(Start, _clock.GetUtcNow());
        Assert.Equal(Start, _clock.GetUtcNow());
        Assert.Equal(before, _clock.GetTimestamp());
    }

    [Fact]
    public void A_start_in_another_offset_is_the_same_moment_in_utc()
    {
        var clock = new ManualClock(Start.ToOffset(TimeSpan.FromHours(2)));

        Assert.Equal(Start, clock.GetUtcNow());
        Assert.Equal(TimeSpan.Zero, clock.GetUtcNow().Offset);
    }

    [Fact]
    public void Advancing_moves_the_wall_and_the_monotonic_side_alike()
    {
        var before = _clock.GetTimestamp();

        _clock.Advance(TimeSpan.FromTicks(12_345_678));

        Assert.Equal(Start.AddTicks(12_345_678), _clock.GetUtcNow());
        Assert.Equal(TimeSpan.FromTicks(12_345_678), _clock.GetElapsedTime(before));
    }

    [Fact]
    public void A_jump_of_the_wall_clock_leaves_the_monotonic_side_and_the_timers_alone()
    {
        using var timer = Timer("a", 10);
        var before = _clock.GetTimestamp();

        _clock.SetUtcNow(Start.AddHours(1));
        Assert.Equal(Start.AddHours(1), _clock.GetUtcNow());
        _clock.SetUtcNow(Start.AddHours(-1));
        Assert.Equal(Start.AddHours(-1), _clock.GetUtcNow());

        Assert.Empty(_fired);
        Assert.Equal(before, _clock.GetTimestamp());
        Assert.Equal(TimeSpan.FromSeconds(10), _clock.UntilNextTimer);
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(["a at -3590"], _fired);
    }

    [Fact]
    public void Time_does_not_run_backwards() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _clock.Advance(TimeSpan.FromTicks(-1)));

    [Fact]
    public void A_timer_fires_at_its_moment_and_not_before()
    {
        using var timer = Timer("a", 10);

        _clock.Advance(TimeSpan.FromSeconds(10) - TimeSpan.FromTicks(1));
        Assert.Empty(_fired);
        _clock.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(["a at 10"], _fired);
        _clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(["a at 10"], _fired);
    }

    [Fact]
    public void Timers_fire_in_the_order_of_their_times_and_each_sees_its_own_moment()
    {
        using var late = Timer("late", 30);
        using var early = Timer("early", 10);
        using var middle = Timer("middle", 20);

        _clock.Advance(TimeSpan.FromSeconds(60));

        Assert.Equal(["early at 10", "middle at 20", "late at 30"], _fired);
        Assert.Equal(Start.AddSeconds(60), _clock.GetUtcNow());
    }

    [Fact]
    public void Timers_of_one_moment_fire_in_the_order_in_which_they_were_set()
    {
        using var first = Timer("first", 10);
        using var second = Timer("second", 10);
        using var third = Timer("third", 10);

        _clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(["first at 10", "second at 10", "third at 10"], _fired);
    }

    [Fact]
    public void A_periodic_timer_fires_again_after_each_period()
    {
        using var timer = Timer("a", 5, period: 10);

        _clock.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal(["a at 5", "a at 15", "a at 25"], _fired);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-0.001)]
    public void A_period_of_zero_or_infinite_is_none(double period)
    {
        using var timer = Timer("a", 5, period);

        _clock.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal(["a at 5"], _fired);
    }

    [Fact]
    public void A_timer_due_at_once_fires_with_the_next_advance_even_of_zero()
    {
        using var timer = Timer("a", 0);

        Assert.Empty(_fired);
        Assert.Equal(TimeSpan.Zero, _clock.UntilNextTimer);
        _clock.Advance(TimeSpan.Zero);
        Assert.Equal(["a at 0"], _fired);
    }

    [Fact]
    public void A_timer_without_a_due_time_waits_for_a_change()
    {
        using var timer = Timer("a", -0.001);

        Assert.Null(_clock.UntilNextTimer);
        _clock.Advance(TimeSpan.FromDays(1));
        Assert.Empty(_fired);
        Assert.True(timer.Change(TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["a at 86401"], _fired);
    }

    [Fact]
    public void A_change_replaces_both_due_time_and_period()
    {
        using var timer = Timer("a", 5, period: 1);

        Assert.True(timer.Change(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10)));
        _clock.Advance(TimeSpan.FromSeconds(25));

        Assert.Equal(["a at 10", "a at 20"], _fired);
    }

    [Fact]
    public void A_disposed_timer_neither_fires_nor_changes()
    {
        var timer = Timer("a", 5, period: 5);
        timer.Dispose();
        timer.Dispose();

        Assert.False(timer.Change(TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan));
        _clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Empty(_fired);
        Assert.Null(_clock.UntilNextTimer);
    }

    [Fact]
    public void The_clock_of_the_system_refuses_a_change_after_dispose_in_the_same_way()
    {
        var timer = TimeProvider.System.CreateTimer(_ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        timer.Dispose();

        Assert.False(timer.Change(TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan));
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(0, -1)]
    [InlineData(5_000_000, 0)]
    public void A_time_the_systems_timers_refuse_is_refused_here_too(double dueTime, double period)
    {
        var (due, every) = (TimeSpan.FromSeconds(dueTime), TimeSpan.FromSeconds(period));

        Assert.Throws<ArgumentOutOfRangeException>(() => _clock.CreateTimer(_ => { }, null, due, every));
        Assert.Throws<ArgumentOutOfRangeException>(() => TimeProvider.System.CreateTimer(_ => { }, null, due, every));
    }

    [Fact]
    public void A_callback_may_set_the_next_timer_and_dispose_another()
    {
        using var victim = Timer("victim", 12);
        ITimer? next = null;
        using var timer = _clock.CreateTimer(
            _ =>
            {
                victim.Dispose();
                next = Timer("next", 5);
            },
            null,
            TimeSpan.FromSeconds(10),
            Timeout.InfiniteTimeSpan);

        _clock.Advance(TimeSpan.FromSeconds(20));

        Assert.Equal(["next at 15"], _fired);
        next!.Dispose();
    }

    [Fact]
    public void A_callback_that_advances_the_clock_past_the_end_is_not_undone()
    {
        using var timer = _clock.CreateTimer(
            _ => _clock.Advance(TimeSpan.FromSeconds(30)), null, TimeSpan.FromSeconds(10), Timeout.InfiniteTimeSpan);

        _clock.Advance(TimeSpan.FromSeconds(20));

        Assert.Equal(Start.AddSeconds(40), _clock.GetUtcNow());
    }

    [Fact]
    public void What_a_callback_throws_reaches_who_advanced_and_the_rest_still_fires_later()
    {
        using var bad = _clock.CreateTimer(
            _ => throw new InvalidOperationException("bad"), null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        using var good = Timer("good", 1);

        Assert.Throws<InvalidOperationException>(() => _clock.Advance(TimeSpan.FromSeconds(5)));
        _clock.Advance(TimeSpan.Zero);

        Assert.Equal(["good at 1"], _fired);
    }

    [Fact]
    public void A_callback_sees_the_context_in_which_its_timer_was_set()
    {
        var ambient = new AsyncLocal<string> { Value = "setter" };
        var seen = "";
        using var timer = _clock.CreateTimer(_ => seen = ambient.Value, null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        ambient.Value = "advancer";

        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("setter", seen);
        Assert.Equal("advancer", ambient.Value);
    }

    [Fact]
    public void Advancing_to_the_next_timer_moves_just_that_far_and_fires_all_of_that_moment()
    {
        using var one = Timer("one", 10);
        using var two = Timer("two", 10);
        using var later = Timer("later", 11);

        Assert.True(_clock.AdvanceToNextTimer());

        Assert.Equal(["one at 10", "two at 10"], _fired);
        Assert.Equal(Start.AddSeconds(10), _clock.GetUtcNow());
        Assert.Equal(TimeSpan.FromSeconds(1), _clock.UntilNextTimer);
    }

    [Fact]
    public void Advancing_to_the_next_timer_says_when_there_is_none()
    {
        Assert.False(_clock.AdvanceToNextTimer());
        Assert.Equal(Start, _clock.GetUtcNow());
    }

    [Fact]
    public void Delays_and_timeouts_of_the_framework_run_on_it()
    {
        using var cancel = new CancellationTokenSource(TimeSpan.FromSeconds(3), _clock);
        var delay = Task.Delay(TimeSpan.FromSeconds(2), _clock, TestContext.Current.CancellationToken);
        var limited = new TaskCompletionSource().Task.WaitAsync(TimeSpan.FromSeconds(1), _clock, TestContext.Current.CancellationToken);

        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(limited.IsFaulted);
        Assert.False(delay.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(delay.IsCompletedSuccessfully);
        Assert.False(cancel.IsCancellationRequested);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(cancel.IsCancellationRequested);
    }

    [Fact]
    public async Task Timers_set_from_many_threads_are_all_kept()
    {
        var fired = 0;
        var setters = Enumerable.Range(1, 8).Select(thread => Task.Run(() =>
        {
            for (var i = 1; i <= 500; i++)
            {
                var due = TimeSpan.FromSeconds((i * thread % 7) + 1);
                _clock.CreateTimer(_ => Interlocked.Increment(ref fired), null, due, Timeout.InfiniteTimeSpan);
            }
        }));
        await Task.WhenAll(setters);

        _clock.Advance(TimeSpan.FromSeconds(7));

        Assert.Equal(4000, fired);
        Assert.Null(_clock.UntilNextTimer);
    }

    private ITimer Timer(string name, double due, double period = -0.001) => _clock.CreateTimer(
        _ => _fired.Add($"{name} at {(_clock.GetUtcNow() - Start).TotalSeconds}"),
        null,
        TimeSpan.FromSeconds(due),
        TimeSpan.FromSeconds(period));
}
