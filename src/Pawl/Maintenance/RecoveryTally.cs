namespace Pawl.Maintenance;

/// <summary>What one cycle has done so far.</summary>
/// <param name="id">The number of the run.</param>
/// <param name="request">What was asked for.</param>
/// <param name="startedAt">When it began.</param>
internal sealed class RecoveryTally(long id, RecoveryRequest request, DateTimeOffset startedAt)
{
    // Skips that took no turn are counted in full and listed up to here: a report is for people.
    private const int MostListed = 50;

    private readonly List<RecoveryJob> _jobs = [];
    private readonly List<RecoveryError> _errors = [];
    private int _recovered;
    private int _failed;
    private int _skipped;
    private int _listed;
    private bool _ended;

    public long Id => id;

    public RecoveryRequest Request => request;

    /// <summary>Jobs that had their turn: recovered, failed, or skipped although a rule speaks for them.</summary>
    public int Turns { get; private set; }

    /// <summary>Called for each job that had its turn in earnest, with its type.</summary>
    public Action<string, RecoveryAction> Told { get; init; } = static (_, _) => { };

    public bool Full => Turns >= request.Limit;

    public void Recovered(Job job, RecoveryRule rule, string reason)
    {
        Turns++;
        _recovered++;
        Tell(job, RecoveryAction.Recovered);
        _jobs.Add(new RecoveryJob(job.Id, RecoveryAction.Recovered, rule, reason));
    }

    public void Failed(Job job, RecoveryRule rule, string code, string message)
    {
        Turns++;
        _failed++;
        Tell(job, RecoveryAction.Failed);
        _jobs.Add(new RecoveryJob(job.Id, RecoveryAction.Failed, rule, message));
        _errors.Add(new RecoveryError(job.Id, code, message));
    }

    public void Skipped(Job job, RecoveryRule rule, string reason, string? errorCode = null)
    {
        Turns++;
        _skipped++;
        Tell(job, RecoveryAction.Skipped);
        _jobs.Add(new RecoveryJob(job.Id, RecoveryAction.Skipped, rule, reason));
        if (errorCode is not null)
        {
            _errors.Add(new RecoveryError(job.Id, errorCode, reason));
        }
    }

    /// <summary>No rule speaks for it.</summary>
    public void Passed(Job job, string reason)
    {
        _skipped++;
        if (_listed++ < MostListed)
        {
            _jobs.Add(new RecoveryJob(job.Id, RecoveryAction.Skipped, null, reason));
        }
    }

    /// <summary>The cycle cannot go on.</summary>
    public void Ended(string code, string message)
    {
        _ended = true;
        _errors.Add(new RecoveryError(null, code, message));
    }

    private void Tell(Job job, RecoveryAction action)
    {
        if (!request.DryRun)
        {
            Told(job.Type, action);
        }
    }

    public RecoveryRun Result(DateTimeOffset endedAt) => new()
    {
        Id = id,
        Kind = request.Kind,
        Trigger = request.Trigger,
        By = request.By,
        DryRun = request.DryRun,
        Success = _failed == 0 && !_ended,
        RecoveredJobs = _recovered,
        FailedRecoveries = _failed,
        SkippedJobs = _skipped,
        Errors = _errors,
        Jobs = _jobs,
        StartedAt = startedAt,
        EndedAt = endedAt,
    };
}
