using Pawl.Maintenance;
using Pawl.Testing;

namespace Pawl.Tests.Maintenance;

public sealed class AlarmTests
{
    private readonly ManualClock _clock = new();
    private readonly Alarm _alarm = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_rest_ends_with_its_time()
    {
        var rest = _alarm.RestAsync(TimeSpan.FromSeconds(5), _clock, Cancelled);
        _clock.Advance(TimeSpan.FromSeconds(4.9));
        Assert.False(rest.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(0.1));
        await rest;
    }

    [Fact]
    public async Task A_ring_ends_a_rest_at_once_and_leaves_no_timer()
    {
        var rest = _alarm.RestAsync(TimeSpan.FromSeconds(5), _clock, Cancelled);
        _alarm.Ring();
        await rest;
        Assert.Null(_clock.UntilNextTimer);
    }

    [Fact]
    public async Task A_ring_before_the_rest_is_not_lost_but_counts_once()
    {
        _alarm.Ring();
        _alarm.Ring();
        await _alarm.RestAsync(TimeSpan.FromSeconds(5), _clock, Cancelled);
        var second = _alarm.RestAsync(TimeSpan.FromSeconds(5), _clock, Cancelled);
        Assert.Equal(TimeSpan.FromSeconds(5), _clock.UntilNextTimer);
        Assert.False(second.IsCompleted);
        _alarm.Ring();
        await second;
    }

    [Fact]
    public async Task A_fraction_of_a_millisecond_is_rounded_up()
    {
        var rest = _alarm.RestAsync(TimeSpan.FromTicks(15_001), _clock, Cancelled);
        Assert.Equal(TimeSpan.FromMilliseconds(2), _clock.UntilNextTimer);
        _clock.AdvanceToNextTimer();
        await rest;
    }

    [Fact]
    public async Task A_loop_that_is_woken_has_something_to_do_from_that_moment_on()
    {
        var steps = new OneByOne();
        var woken = 0;
        var loop = steps.StartAsync(async () =>
        {
            for (; woken < 100; woken++)
            {
                await _alarm.RestAsync(TimeSpan.FromSeconds(5), _clock, Cancelled);
            }
        });
        await steps.QuietAsync();

        for (var rings = 1; rings <= 100; rings++)
        {
            _alarm.Ring();
            await steps.QuietAsync();
            Assert.Equal(rings, woken);
        }

        await loop;
    }

    [Fact]
    public async Task A_stop_ends_the_rest()
    {
        using var stop = new CancellationTokenSource();
        var rest = _alarm.RestAsync(TimeSpan.FromSeconds(5), _clock, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => rest);
    }
}
