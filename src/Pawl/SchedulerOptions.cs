namespace Pawl;

/// <summary>Whether this process starts work by itself: <c>Pawl:Scheduler</c>.</summary>
public sealed class SchedulerOptions
{
    /// <summary>Whether it takes jobs and moves due ones. Default true; false leaves all jobs queued until it is switched on.</summary>
    public bool Enabled { get; set; } = true;
}
