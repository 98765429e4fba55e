namespace Pawl.Postgres;

/// <summary>The time of the database, told without asking it: a moment at which it was asked, and how long ago that was by this process's
/// monotonic clock. All who share a database so go by one clock, however wrong their own are, and a jump of one's own changes
/// nothing.</summary>
/// <remarks>Timers, timestamps and the local zone are those of the process. Until the database was first asked, so is the time.</remarks>
internal sealed class DatabaseClock(TimeProvider local) : TimeProvider
{
    // How fast two clocks that nobody corrects may part at most.
    private const double Drift = 0.000_2;

    private static readonly TimeSpan LongestTrust = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Jump = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private Moment? _known;
    private long _askedAt;

    /// <summary>Called when the database should be asked again, at most once a second; must neither wait nor throw.</summary>
    public Action Wanted { get; set; } = static () => { };

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => local.LocalTimeZone;

    /// <inheritdoc/>
    public override long TimestampFrequency => local.TimestampFrequency;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        var wall = local.GetUtcNow();
        if (Volatile.Read(ref _known) is not { } known)
        {
            return wall;
        }

        // Where the process's own time went another way than its monotonic clock, it was set, or the machine slept: which of them nobody
        // here can tell, but the database can.
        var passed = local.GetElapsedTime(known.Timestamp);
        if (passed > LongestTrust || (wall - known.Wall - passed).Duration() > Jump)
        {
            Want();
        }

        return known.Time + passed;
    }

    /// <inheritdoc/>
    public override long GetTimestamp() => local.GetTimestamp();

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        local.CreateTimer(callback, state, dueTime, period);

    /// <summary>Takes in what the database said.</summary>
    /// <param name="theirs">Its time, somewhere between the two.</param>
    /// <param name="asked">The timestamp from before it was asked.</param>
    /// <param name="answered">The timestamp from after it had answered.</param>
    public void Hear(DateTimeOffset theirs, long asked, long answered)
    {
        lock (_gate)
        {
            var half = local.GetElapsedTime(asked, answered) / 2;
            var heard = new Moment(theirs + half, answered, local.GetUtcNow(), half);
            Volatile.Write(ref _known, _known is { } known ? Better(known, heard) : heard);
        }
    }

    /// <summary>The more exact of two, as of the later one: an answer that took long says less than an older one that came at once, unless
    /// it tells for certain that a clock has jumped.</summary>
    private Moment Better(Moment known, Moment heard)
    {
        var passed = local.GetElapsedTime(known.Timestamp, heard.Timestamp);
        var (time, error) = (known.Time + passed, known.Error + (passed.Duration() * Drift));
        return error < heard.Error && (time - heard.Time).Duration() <= error + heard.Error
            ? heard with { Time = time, Error = error }
            : heard;
    }

    private void Want()
    {
        var (now, before) = (local.GetTimestamp(), Interlocked.Read(ref _askedAt));
        if (local.GetElapsedTime(before, now) >= Between && Interlocked.CompareExchange(ref _askedAt, now, before) == before)
        {
            Wanted();
        }
    }

    /// <summary>What was known at some time.</summary>
    /// <param name="Time">The database's.</param>
    /// <param name="Timestamp">The process's timestamp at that moment.</param>
    /// <param name="Wall">The process's own time at that moment.</param>
    /// <param name="Error">How far off the first may be.</param>
    private sealed record Moment(DateTimeOffset Time, long Timestamp, DateTimeOffset Wall, TimeSpan Error);
}
