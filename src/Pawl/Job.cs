namespace Pawl;

/// <summary>One durable request for work of one type, as the store holds it now.</summary>
public sealed record Job
{
    /// <summary>Its number.</summary>
    public required JobId Id { get; init; }

    /// <summary>The registered name of its type; never a CLR name.</summary>
    public required string Type { get; init; }

    /// <summary>The line it stands in.</summary>
    public required string Queue { get; init; }

    /// <summary>Where it stands.</summary>
    public required JobState State { get; init; }

    /// <summary>Why it waits, when <see cref="JobState.Scheduled"/>.</summary>
    public WaitReason? WaitReason { get; init; }

    /// <summary>What it waits for, when <see cref="JobState.Blocked"/>.</summary>
    public BlockReason? BlockReason { get; init; }

    /// <summary>Why it was stopped, when <see cref="JobState.Cancelled"/>.</summary>
    public EndReason? EndReason { get; init; }

    /// <summary>Its payload: UTF-8 JSON as it was given.</summary>
    public ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>-1,000 to 1,000; higher runs first.</summary>
    public required int Priority { get; init; }

    /// <summary>What the priority is made of.</summary>
    public IReadOnlyList<PriorityReason> PriorityReasons { get; init; } = [];

    /// <summary>Who asked for it.</summary>
    public Trigger Trigger { get; init; }

    /// <summary>A free label of its level in a tree, such as <c>project</c> or <c>task</c>.</summary>
    public string? Kind { get; init; }

    /// <summary>The job whose attempt created it.</summary>
    public JobId? ParentId { get; init; }

    /// <summary>The job this one runs again.</summary>
    public JobId? RerunOf { get; init; }

    /// <summary>What it waits for.</summary>
    public IReadOnlyList<Dependency> DependsOn { get; init; } = [];

    /// <summary>Whether a person must approve it first.</summary>
    public bool RequiresApproval { get; init; }

    /// <summary>Its life between two ends, from 1; a retry by hand or by recovery opens the next.</summary>
    public required int Generation { get; init; }

    /// <summary>How many attempts were started; never falls.</summary>
    public required int Attempt { get; init; }

    /// <summary>How many attempts of this generation failed or timed out.</summary>
    public int Failures { get; init; }

    /// <summary>How many attempts of this generation were lost.</summary>
    public int Losses { get; init; }

    /// <summary>How many runs a generation may fail; 1 to 100.</summary>
    public required int MaxAttempts { get; init; }

    /// <summary>When it was or is due, UTC.</summary>
    public required DateTimeOffset RunAt { get; init; }

    /// <summary>It is cancelled as expired if it has not started by then.</summary>
    public DateTimeOffset? StartBy { get; init; }

    /// <summary>No further attempt starts after a failure past this time.</summary>
    public DateTimeOffset? DeadlineAt { get; init; }

    /// <summary>How long one attempt may run.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>How long an attempt may clean up after it was told to stop.</summary>
    public required TimeSpan Grace { get; init; }

    /// <summary>How many items one attempt may do before it goes on later.</summary>
    public int? MaxItems { get; init; }

    /// <summary>At most so many jobs of one key run at once in the whole installation.</summary>
    public string? ConcurrencyKey { get; init; }

    /// <summary>What it was to do when that key is held.</summary>
    public OnBusy OnBusy { get; init; }

    /// <summary>The outside account whose rate limit it shares.</summary>
    public string? RateKey { get; init; }

    /// <summary>The breaker it stands behind.</summary>
    public string? Circuit { get; init; }

    /// <summary>The domain's own key, per type.</summary>
    public string? UniqueKey { get; init; }

    /// <summary>How long it holds that key.</summary>
    public UniqueHold UniqueHold { get; init; }

    /// <summary>Which ledger items it does again.</summary>
    public Force Force { get; init; }

    /// <summary>The versions of the pipeline's parts it runs with.</summary>
    public IReadOnlyDictionary<string, string> Versions { get; init; } = EmptyWords;

    /// <summary>Labels to find it by.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = EmptyWords;

    /// <summary>The trace it belongs to (W3C <c>traceparent</c>).</summary>
    public string? Traceparent { get; init; }

    /// <summary>Who asked for it, by name.</summary>
    public string? RequestedBy { get; init; }

    /// <summary>When it was created, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its running attempt started, or its last one.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>When a stop was asked for.</summary>
    public DateTimeOffset? CancelRequestedAt { get; init; }

    /// <summary>Who asked for the stop.</summary>
    public string? CancelRequestedBy { get; init; }

    /// <summary>Why the stop was asked for.</summary>
    public string? CancelReason { get; init; }

    /// <summary>When an operator took the failure off the dead list.</summary>
    public DateTimeOffset? DismissedAt { get; init; }

    /// <summary>What it gave back: UTF-8 JSON.</summary>
    public ReadOnlyMemory<byte>? Result { get; init; }

    /// <summary>The lack of a success that is not whole.</summary>
    public string? Degraded { get; init; }

    /// <summary>Its last error.</summary>
    public JobError? Error { get; init; }

    /// <summary>How far it has come.</summary>
    public JobProgress? Progress { get; init; }

    /// <summary>Its last accepted checkpoint.</summary>
    public JobCheckpoint? Checkpoint { get; init; }

    /// <summary>The worker that runs it.</summary>
    public long? WorkerId { get; init; }

    /// <summary>Why it stands outside its line although it is queued: <c>concurrency_key</c>.</summary>
    public string? Held { get; init; }

    /// <summary>How often the sweep has recovered it.</summary>
    public int Recoveries { get; init; }

    /// <summary>Counts changes of definition and state.</summary>
    public required int RowVersion { get; init; }

    private static readonly Dictionary<string, string> EmptyWords = [];
}
