namespace Pawl;

/// <summary>Whether this process starts work by itself: <c>Pawl:Scheduler</c>.</summary>
public sealed class SchedulerOptions
{
    /// <summary>Whether it takes jobs and moves due ones. Default true; false leaves all jobs queued until it is switched on.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>How often it looks for what came due without being told. 100 ms to 1 h; default 5 s.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(5);
}
