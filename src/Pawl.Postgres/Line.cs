namespace Pawl.Postgres;

/// <summary>One queue and type.</summary>
internal sealed record Line(int Id, string Queue, string Type)
{
    /// <summary>Shares that are counted beside the states: queued but held; failed and not dismissed; queued in its line after a failed
    /// attempt; scheduled but due, set aside by the retry budget.</summary>
    public const int Held = 7;
    public const int Dead = 8;
    public const int Retries = 9;
    public const int Deferred = 10;

    public static readonly string[] CountNames = [.. Words.All<JobState>(), "held", "dead", "retry", "deferred"];
}
