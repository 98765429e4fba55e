namespace Pawl.Maintenance;

/// <summary>Where the sweep of failed jobs goes on: cycle after cycle it pages through all of them, so that what it could not recover never
/// hides the rest.</summary>
internal sealed class RecoveryPlace
{
    private readonly HashSet<JobId> _done;

    public RecoveryPlace()
        : this(default, [])
    {
    }

    private RecoveryPlace(JobId after, HashSet<JobId> done)
    {
        After = after;
        _done = done;
    }

    /// <summary>The page that is looked at begins behind this job.</summary>
    public JobId After { get; private set; }

    /// <summary>Whether a job of this page had its turn.</summary>
    public bool HadTurn(JobId job) => _done.Contains(job);

    /// <summary>A job had its turn, whatever came of it.</summary>
    public void Took(JobId job) => _done.Add(job);

    /// <summary>The page is done; the next one begins there, or at the start.</summary>
    public void Turn(JobId? next)
    {
        After = next ?? default;
        _done.Clear();
    }

    /// <summary>For a dry run, which leaves no trace.</summary>
    public RecoveryPlace Copy() => new(After, [.. _done]);
}
