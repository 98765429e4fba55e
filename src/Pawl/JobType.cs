using System.Text.Json.Serialization.Metadata;

namespace Pawl;

/// <summary>One kind of job: its stable name, its payload and its policy.</summary>
public sealed class JobType
{
    internal JobType(
        JsonTypeInfo json, object rules, Func<object, Trigger, PriorityScore> score, (int Each, int Most) retryPoints) =>
        (Json, Rules, Score, RetryPoints) = (json, rules, score, retryPoints);

    /// <summary>1 to 200 ASCII letters, digits, <c>. _ : -</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The class of its payload.</summary>
    public required Type PayloadType { get; init; }

    /// <summary>The queue of its jobs.</summary>
    public required string Queue { get; init; }

    /// <summary>A sentence for people on what it does.</summary>
    public string? Description { get; init; }

    /// <summary>How long one attempt may run.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>How long an attempt may clean up after it was told to stop.</summary>
    public required TimeSpan Grace { get; init; }

    /// <summary>How many items one attempt does before it goes on later; null for no limit.</summary>
    public int? MaxItems { get; init; }

    /// <summary>The share of failed items, 0 to 1, above which an attempt fails. Default 0: any.</summary>
    public double MaxFailedItems { get; init; }

    /// <summary>The members of its payload that are shown to nobody.</summary>
    public IReadOnlyList<string> Secrets { get; init; } = [];

    /// <summary>Whether a request may write the members of its payload beside <c>type</c>.</summary>
    public bool FlatPayload { get; init; }

    /// <summary><see cref="Secrets"/>, at work; null where there are none.</summary>
    internal PayloadSecrets? Hidden { get; init; }

    /// <summary>Whether a failed attempt is repeated; false means one attempt.</summary>
    public bool Retryable { get; init; } = true;

    /// <summary>How often and after which waits.</summary>
    public required RetryPolicy Retry { get; init; }

    /// <summary>The versions of the pipeline's parts its jobs run with, unless they bring their own.</summary>
    public PipelineVersion Versions { get; init; } = PipelineVersion.None;

    /// <summary>Whether equal payloads meet the same job.</summary>
    public bool UniqueByPayload { get; init; }

    /// <summary>How long a derived key is held.</summary>
    public UniqueHold UniqueHold { get; init; }

    /// <summary>How many of it run at once on one worker; null for as many as it has slots.</summary>
    public int? Concurrency { get; init; }

    /// <summary>After how long without progress people are told.</summary>
    public required TimeSpan StuckAfter { get; init; }

    /// <summary>What follows then.</summary>
    public OnStuck OnStuck { get; init; }

    /// <summary>How long its succeeded and cancelled jobs are kept; null for what the settings say.</summary>
    public TimeSpan? Keep { get; init; }

    /// <summary>How long its failed jobs are kept; null for what the settings say.</summary>
    public TimeSpan? KeepFailed { get; init; }

    /// <summary>Services asked before a recovery offers a job again; each is an <see cref="IRecoveryCheck"/>.</summary>
    public IReadOnlyList<Type> RecoveryChecks { get; init; } = [];

    /// <summary>What stands for the configuration that its handler works with; null for none.</summary>
    public string? Configuration { get; init; }

    internal IReadOnlyList<ErrorRule> ErrorRules { get; init; } = [];

    /// <summary>Where its priority starts, in words.</summary>
    internal string BasePriority { get; init; } = "normal";

    /// <summary>What its rules may add to the priority, and why.</summary>
    internal IReadOnlyList<PriorityReason> ScorePoints { get; init; } = [];

    /// <summary>How its payload is read and written.</summary>
    internal JsonTypeInfo Json { get; }

    /// <summary>Its <see cref="ScoreRules{TPayload}"/>.</summary>
    internal object Rules { get; }

    /// <summary>The priority of a job of it. The payload must be of its class.</summary>
    internal Func<object, Trigger, PriorityScore> Score { get; }

    /// <summary>The concurrency key of a job that brings none; null for none.</summary>
    internal Func<object, string?>? ConcurrencyKey { get; init; }

    /// <summary>Refuses a payload that its handler could do nothing with, before it is stored.</summary>
    internal Action<object>? Check { get; init; }

    /// <summary>What a retry adds to the priority, and the most that retries add.</summary>
    internal (int Each, int Most) RetryPoints { get; }
}
