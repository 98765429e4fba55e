namespace Pawl.Maintenance;

/// <summary>One of the chores that only the leader does. Its loop calls it again and again and sees to its errors.</summary>
internal interface IChore
{
    /// <summary>A word for log lines.</summary>
    string Name { get; }

    /// <summary>How long one step may take before it counts as failed; infinite for chores that bound their own steps.</summary>
    TimeSpan Limit { get; }

    /// <summary>Wakes the chore from its rest.</summary>
    Alarm Alarm { get; }

    /// <summary>This process has become the leader: nothing seen in an earlier term counts any more.</summary>
    /// <returns>How long to rest before the first step.</returns>
    TimeSpan Begin(long term);

    /// <summary>Does what there is to do.</summary>
    /// <returns>How long to rest before the next step.</returns>
    ValueTask<TimeSpan> StepAsync(long term, CancellationToken cancellationToken);
}
