using Pawl.Maintenance;
using Pawl.Testing;

namespace Pawl.Tests.Maintenance;

public sealed class SilenceTests
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);
    private readonly ManualClock _clock = new();
    private readonly Silence<long, long> _silence;

    public SilenceTests() => _silence = new(_clock);

    [Fact]
    public void What_is_seen_for_the_first_time_has_not_been_silent() => Assert.Equal(TimeSpan.Zero, Look((1, 7)).Single());

    [Fact]
    public void Silence_grows_while_the_beat_stays_and_ends_with_a_new_one()
    {
        Look((1, 7));
        Watch(29, (1, 7));
        Assert.Equal(TimeSpan.FromSeconds(30), Next((1, 7)));
        Assert.Equal(TimeSpan.Zero, Next((1, 8)));
        Assert.Equal(TimeSpan.FromSeconds(1), Next((1, 8)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void A_wall_clock_that_jumps_an_hour_changes_nothing(int hours)
    {
        Look((1, 7));
        Watch(10, (1, 7));
        _clock.SetUtcNow(_clock.GetUtcNow().AddHours(hours));
        Watch(18, (1, 7));
        Assert.Equal(TimeSpan.FromSeconds(29), Next((1, 7)));
    }

    [Fact]
    public void After_a_stall_of_the_watcher_every_window_starts_anew()
    {
        Look((1, 7), (2, 4));
        Watch(25, (1, 7), (2, 4));
        _clock.Advance(TimeSpan.FromMinutes(5));
        Assert.False(_silence.Begin(Tick));
        Assert.Equal(TimeSpan.Zero, _silence.Observe(1, 7));
        Assert.Equal(TimeSpan.Zero, _silence.Observe(2, 4));
        Watch(29, (1, 7), (2, 4));
        Assert.Equal(Lease, Next((1, 7)));
    }

    [Fact]
    public void A_pause_of_two_ticks_is_not_a_stall()
    {
        Look((1, 7));
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.True(_silence.Begin(Tick));
        Assert.Equal(TimeSpan.FromSeconds(2), _silence.Observe(1, 7));
    }

    [Fact]
    public void A_slow_read_is_nobodys_silence()
    {
        Look((1, 7));
        _clock.Advance(Tick);
        _silence.Begin(Tick);
        _clock.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(Tick, _silence.Observe(1, 7));
    }

    [Fact]
    public void One_that_was_away_for_a_round_is_new_when_it_comes_back()
    {
        Look((1, 7), (2, 4));
        Watch(1, (2, 4));
        _clock.Advance(Tick);
        Assert.Equal([TimeSpan.Zero, TimeSpan.FromSeconds(2)], Look((1, 7), (2, 4)));
    }

    [Fact]
    public void A_restart_forgets_all()
    {
        Look((1, 7));
        Watch(20, (1, 7));
        _silence.Restart();
        Assert.Equal(TimeSpan.Zero, Next((1, 7)));
    }

    private List<TimeSpan> Look(params (long Worker, long Beat)[] seen)
    {
        _silence.Begin(Tick);
        var silences = seen.Select(one => _silence.Observe(one.Worker, one.Beat)).ToList();
        _silence.End();
        return silences;
    }

    private TimeSpan Next((long Worker, long Beat) seen)
    {
        _clock.Advance(Tick);
        return Look(seen).Single();
    }

    private void Watch(int ticks, params (long Worker, long Beat)[] seen)
    {
        for (var tick = 0; tick < ticks; tick++)
        {
            _clock.Advance(Tick);
            Look(seen);
        }
    }
}
