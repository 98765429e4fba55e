using Pawl.Postgres;

namespace Pawl.Storage.Tests.OnlyPostgres;

/// <summary>What a process knows of the database's time between two answers of it.</summary>
public sealed class DatabaseClockTests
{
    private static readonly DateTimeOffset Theirs = new(2026, 3, 2, 10, 0, 0, TimeSpan.Zero);

    private readonly Machine _machine = new();
    private readonly DatabaseClock _clock;
    private int _wanted;

    public DatabaseClockTests() => _clock = new(_machine) { Wanted = () => _wanted++ };

    [Fact]
    public void Before_the_database_has_said_its_time_there_is_only_our_own()
    {
        Assert.Equal(_machine.Wall, _clock.GetUtcNow());
        Assert.Equal(0, _wanted);
    }

    [Fact]
    public void Time_goes_on_from_what_the_database_said_and_half_the_way_there_and_back_is_added()
    {
        Hear(Theirs, tookMs: 40);
        Assert.Equal(Theirs.AddMilliseconds(20), _clock.GetUtcNow());

        _machine.Pass(TimeSpan.FromSeconds(7));
        Assert.Equal(Theirs.AddMilliseconds(7_020), _clock.GetUtcNow());
        Assert.Equal(0, _wanted);
    }

    [Theory]
    [InlineData(60)]
    [InlineData(-60)]
    public void A_jump_of_our_own_clock_changes_nothing_and_has_the_database_asked_once(int minutes)
    {
        Hear(Theirs);
        _machine.Pass(TimeSpan.FromSeconds(5));
        _machine.Wall += TimeSpan.FromMinutes(minutes);

        Assert.Equal(Theirs.AddSeconds(5), _clock.GetUtcNow());
        Assert.Equal(Theirs.AddSeconds(5), _clock.GetUtcNow());
        Assert.Equal(1, _wanted);

        Hear(Theirs.AddSeconds(5));
        _machine.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal(Theirs.AddSeconds(10), _clock.GetUtcNow());
        Assert.Equal(1, _wanted);
    }

    [Fact]
    public void A_machine_that_slept_has_the_time_again_with_the_next_answer()
    {
        Hear(Theirs);
        _machine.Wall += TimeSpan.FromHours(8);   // and its monotonic clock stood
        _ = _clock.GetUtcNow();
        Assert.Equal(1, _wanted);

        Hear(Theirs.AddHours(8));
        Assert.Equal(Theirs.AddHours(8), _clock.GetUtcNow());
    }

    [Fact]
    public void What_was_said_long_ago_is_asked_again_and_again_until_there_is_an_answer()
    {
        Hear(Theirs);
        _machine.Pass(TimeSpan.FromSeconds(29));
        _ = _clock.GetUtcNow();
        Assert.Equal(0, _wanted);

        for (var second = 0; second < 5; second++)
        {
            _machine.Pass(TimeSpan.FromSeconds(2));
            _ = _clock.GetUtcNow();
        }

        Assert.Equal(5, _wanted);
        Assert.Equal(Theirs.AddSeconds(39), _clock.GetUtcNow());
    }

    [Fact]
    public void An_answer_that_took_long_does_not_spoil_a_better_one()
    {
        Hear(Theirs, tookMs: 1);
        _machine.Pass(TimeSpan.FromSeconds(1));
        Hear(Theirs.AddMilliseconds(1_000.5), tookMs: 800);

        Assert.Equal(Theirs.AddMilliseconds(1_800.5), _clock.GetUtcNow());
    }

    [Fact]
    public void A_better_answer_and_an_old_one_s_age_correct_the_time()
    {
        Hear(Theirs, tookMs: 800);
        Hear(Theirs.AddMilliseconds(100), tookMs: 2);
        Assert.Equal(Theirs.AddMilliseconds(101), _clock.GetUtcNow());

        _machine.Pass(TimeSpan.FromHours(1));   // in which the two clocks parted by a tenth of a second
        Hear(Theirs.AddMilliseconds(200) + TimeSpan.FromHours(1), tookMs: 100);
        Assert.Equal(Theirs.AddMilliseconds(250) + TimeSpan.FromHours(1), _clock.GetUtcNow());
    }

    [Fact]
    public void The_time_of_the_database_is_followed_when_it_is_set_or_another_server_takes_over()
    {
        Hear(Theirs, tookMs: 1);
        Hear(Theirs.AddHours(1), tookMs: 100);

        Assert.Equal(Theirs.AddHours(1).AddMilliseconds(50), _clock.GetUtcNow());
    }

    private void Hear(DateTimeOffset said, int tookMs = 0)
    {
        var asked = _clock.GetTimestamp();
        _machine.Pass(TimeSpan.FromMilliseconds(tookMs));
        _clock.Hear(said, asked, _clock.GetTimestamp());
    }

    /// <summary>A machine whose two clocks the test moves.</summary>
    private sealed class Machine : TimeProvider
    {
        private TimeSpan _monotonic = TimeSpan.FromHours(5);

        public DateTimeOffset Wall { get; set; } = new(2026, 3, 2, 11, 17, 0, TimeSpan.Zero);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => Wall;

        public override long GetTimestamp() => _monotonic.Ticks;

        public void Pass(TimeSpan time)
        {
            _monotonic += time;
            Wall += time;
        }
    }
}
