namespace Pawl;

/// <summary>How long ended jobs are kept, where their type has no rule of its own.</summary>
public sealed class RetentionOptions
{
    /// <summary>How long succeeded and cancelled jobs are kept; 1 minute or more; default 7 days.</summary>
    public TimeSpan Keep { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How long failed jobs are kept; 1 minute or more; default 30 days.</summary>
    public TimeSpan KeepFailed { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How long after the start ended jobs are removed first; 0 s to 1 day; default 1 minute.</summary>
    public TimeSpan StartDelay { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long to rest when nothing is left to remove; 1 s to 7 days; default 1 hour.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromHours(1);
}
