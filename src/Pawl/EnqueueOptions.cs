namespace Pawl;

/// <summary>How a job should run. What is left null comes from its type.</summary>
public sealed record EnqueueOptions
{
    /// <summary>Who asks. <see cref="Pawl.Trigger.Manual"/> is for a person who waits: worth 40 points by default. Default api.</summary>
    public Trigger Trigger { get; init; }

    /// <summary>Another queue than the type's.</summary>
    public string? Queue { get; init; }

    /// <summary>-1,000 to 1,000; replaces the points of the type's rules.</summary>
    public int? Priority { get; init; }

    /// <summary>How long to wait before it is due; 0 to 5 years. Not together with <see cref="RunAt"/>.</summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>When it is due; at most 5 years ahead; past means at once. Not together with <see cref="Delay"/>.</summary>
    public DateTimeOffset? RunAt { get; init; }

    /// <summary>It is cancelled as expired if it has not started by then.</summary>
    public DateTimeOffset? StartBy { get; init; }

    /// <summary>After a failure past this time there is no further attempt.</summary>
    public DateTimeOffset? DeadlineAt { get; init; }

    /// <summary>How long one attempt may run; 1 ms to 7 days.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>How long an attempt may clean up after it was told to stop; 0 to 1 day.</summary>
    public TimeSpan? Grace { get; init; }

    /// <summary>How many attempts may fail before the job does, the first included; 1 to 100.</summary>
    public int? MaxAttempts { get; init; }

    /// <summary>How many items one attempt does before it goes on later; 1 or more.</summary>
    public int? MaxItems { get; init; }

    /// <summary>The domain's own key, per type, 1 to 255 visible ASCII characters: an equal request meets the job that holds it.</summary>
    public string? UniqueKey { get; init; }

    /// <summary>How long the job holds its unique key.</summary>
    public UniqueHold UniqueHold { get; init; }

    /// <summary>The request's own key, 1 to 255 visible ASCII characters: repeating the request gives the same job for 24 h.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>At most so many jobs of one key run at once in the whole installation: 1 unless a limit says more.</summary>
    public string? ConcurrencyKey { get; init; }

    /// <summary>What to do when that key is held: wait, or be refused with <c>lock_held</c>.</summary>
    public OnBusy OnBusy { get; init; }

    /// <summary>The outside account whose rate limit it shares.</summary>
    public string? RateKey { get; init; }

    /// <summary>A job that must succeed first. Short for one entry of <see cref="DependsOn"/>.</summary>
    public JobId? After { get; init; }

    /// <summary>Jobs that must end first; at most 1,000.</summary>
    public IReadOnlyList<Dependency> DependsOn { get; init; } = [];

    /// <summary>The job it is a child of, at most 8 levels deep. A handler says <see cref="JobContext.SpawnAsync{TPayload}"/>
    /// instead.</summary>
    public JobId? Parent { get; init; }

    /// <summary>Whether a person must approve it first.</summary>
    public bool RequiresApproval { get; init; }

    /// <summary>A free label of its level in a tree, at most 200 characters.</summary>
    public string? Kind { get; init; }

    /// <summary>Labels to find it by: at most 32, name and value at most 100 characters.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    /// <summary>The versions of the pipeline's parts it runs with; replaces the type's.</summary>
    public IReadOnlyDictionary<string, string>? Versions { get; init; }

    /// <summary>Which ledger items it does although they are fresh. A forced request never meets an earlier job by a derived key.</summary>
    public Force Force { get; init; }

    /// <summary>The trace it belongs to (W3C <c>traceparent</c>); by default that of the current activity.</summary>
    public string? Traceparent { get; init; }

    /// <summary>Who asked for it, by name; at most 200 characters.</summary>
    public string? RequestedBy { get; init; }
}
