namespace Pawl;

/// <summary>When the recovery sweep runs and how much it takes at once.</summary>
public sealed class RecoveryOptions
{
    /// <summary>Whether it runs by itself. On demand it runs all the same. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>How long after the start it runs first; 0 s to 1 day; default 3 s. The start never waits for it.</summary>
    public TimeSpan StartDelay { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How long after the begin of one sweep the next begins; 1 s to 7 days; default 30 minutes.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>How many jobs one cycle recovers at most; 1 to 1,000; default 50. The rest is for the cycles that follow.</summary>
    public int BatchSize { get; set; } = 50;
}
