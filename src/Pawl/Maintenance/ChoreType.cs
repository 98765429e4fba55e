namespace Pawl.Maintenance;

/// <summary>What the chores must know of a type of job.</summary>
internal sealed record ChoreType
{
    public required string Name { get; init; }

    /// <summary>How long a running job may stand still before people are told.</summary>
    public TimeSpan StuckAfter { get; init; } = TimeSpan.FromHours(2);

    public OnStuck OnStuck { get; init; }

    /// <summary>How long succeeded and cancelled jobs are kept; null for the general rule.</summary>
    public TimeSpan? Keep { get; init; }

    /// <summary>How long failed jobs are kept; null for the general rule.</summary>
    public TimeSpan? KeepFailed { get; init; }

    /// <summary>Whether a failed job may run again at all.</summary>
    public bool Retryable { get; init; } = true;

    /// <summary>The versions of the pipeline's parts that a new job would get.</summary>
    public IReadOnlyDictionary<string, string> Versions { get; init; } = new Dictionary<string, string>();

    /// <summary>What stands for the configuration its handler works with; null for none.</summary>
    public string? Configuration { get; init; }

    public IReadOnlyList<IRecoveryCheck> Checks { get; init; } = [];

    /// <summary>More checks, by the service each is: they come from the scope of the cycle.</summary>
    public IReadOnlyList<Type> CheckTypes { get; init; } = [];
}
