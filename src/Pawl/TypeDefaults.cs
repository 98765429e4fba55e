namespace Pawl;

/// <summary>What holds for job types that say nothing else.</summary>
public sealed class TypeDefaults
{
    /// <summary>How long one attempt may run; 1 ms to 7 days; default 30 minutes.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>How long an attempt may clean up after it was told to stop; 0 to 1 day; default 30 s.</summary>
    public TimeSpan Grace { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>After how long without progress people are told; 1 s to 365 days; default 2 h.</summary>
    public TimeSpan StuckAfter { get; set; } = TimeSpan.FromHours(2);

    /// <summary>How many items one attempt does before it goes on later; 1 or more; default null for no limit.</summary>
    public int? MaxItems { get; set; }

    /// <summary>The share of failed items above which an attempt fails; 0 to 1; default 0: any.</summary>
    public double MaxFailedItems { get; set; }
}
