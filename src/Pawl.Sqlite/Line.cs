namespace Pawl.Sqlite;

/// <summary>One queue and type with its kept counts, as the writer knows it.</summary>
internal sealed class Line(long id, string queue, string type)
{
    /// <summary>Shares that are counted beside the states: queued but held; failed and not dismissed; queued in its line after a failed
    /// attempt; scheduled but due, set aside by the retry budget.</summary>
    public const int Held = 7;
    public const int Dead = 8;
    public const int Retries = 9;
    public const int Deferred = 10;

    public static readonly string[] CountNames = [.. Words.All<JobState>(), "held", "dead", "retry", "deferred"];

    public long Id { get; } = id;

    public string Queue { get; } = queue;

    public string Type { get; } = type;

    public long[] Counts { get; } = new long[CountNames.Length];

    public bool[] Touched { get; } = new bool[CountNames.Length];

    /// <summary>How many of its queued rows are in truth leased by a batch.</summary>
    public int Leased { get; set; }

    /// <summary>All that stand in this line up to here are such jobs, so the next claim looks behind it. Forgotten when a job comes in
    /// before it.</summary>
    public (int Priority, long RunAt, long Id)? Passed { get; set; }

    public long Runnable => Counts[(int)JobState.Queued] - Counts[Held];

    /// <summary>What a claim can take from here: those in the line and those set aside.</summary>
    public long Claimable => Runnable + Counts[Deferred];

    /// <summary>Retries that a claim can meet.</summary>
    public long AllRetries => Counts[Retries] + Counts[Deferred];

    public long FirstAttempts => Runnable - Counts[Retries];

    public void Add(int count, long n)
    {
        Counts[count] += n;
        Touched[count] = true;
    }
}
