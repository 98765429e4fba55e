namespace Pawl.Web;

/// <summary>How live streams keep time and measure.</summary>
internal sealed record StreamPace
{
    /// <summary>How long a stream may be silent before it says that it lives.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long to wait from one flush to the next: at most 4 a second.</summary>
    public TimeSpan Flush { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How often the rights of a reader are looked at again.</summary>
    public TimeSpan Recheck { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long to wait for a hint before looking at the record anyway.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often to look for what is on no record: progress, the lines of a log.</summary>
    public TimeSpan Look { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a reader may leave what was sent to him unread.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How old an event may be that a stream is resumed from.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How many events may lie between.</summary>
    public long MaxBehind { get; init; } = 100_000;

    /// <summary>How many messages may wait for a reader once all that can collapse has.</summary>
    public int MaxWaiting { get; init; } = 256;

    /// <summary>How many changed jobs one message may tell of.</summary>
    public int MaxUpserts { get; init; } = 2_000;
}
