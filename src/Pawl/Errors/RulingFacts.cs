namespace Pawl.Errors;

/// <summary>What is known of a job when one of its attempts ends.</summary>
/// <remarks>All counts are of this generation and leave the ending attempt out.</remarks>
internal sealed record RulingFacts
{
    /// <summary>The job's type.</summary>
    public required string Type { get; init; }

    /// <summary>The policy, with the job's own <see cref="RetryPolicy.MaxAttempts"/>.</summary>
    public RetryPolicy Retry { get; init; } = RetryPolicy.Default;

    /// <summary>Whether the type may be retried; false means one attempt. Snoozes and releases are no retries.</summary>
    public bool Retryable { get; init; } = true;

    /// <summary>Attempts that failed or timed out.</summary>
    public int Failures { get; init; }

    /// <summary>Attempts whose worker fell silent.</summary>
    public int Losses { get; init; }

    /// <summary>Attempts in a row, up to this one, that were snoozed without new progress.</summary>
    public int Snoozes { get; init; }

    /// <summary>What went wrong in the attempt before.</summary>
    public JobError? PreviousError { get; init; }

    /// <summary>How many limits the job's rate bucket met in a row before this one; null if it has no bucket.</summary>
    public int? LimitsInARow { get; init; }

    /// <summary>Whether the ending attempt made progress: then the count of snoozes begins anew.</summary>
    public bool MadeProgress { get; init; }

    /// <summary>When the job must have ended; no attempt is put behind it.</summary>
    public DateTimeOffset? DeadlineAt { get; init; }

    /// <summary>Whether a person or the parent asked the job to stop.</summary>
    public bool CancelRequested { get; init; }

    /// <summary>Who set the attempt's token.</summary>
    public StopCause Stop { get; init; }

    /// <summary>The loss that ends a generation. Default 3.</summary>
    public int LossCap { get; init; } = 3;

    /// <summary>The snooze in a row without progress that ends a generation. Default 100.</summary>
    public int SnoozeCap { get; init; } = 100;

    /// <summary>The longest wait that another side may ask for. Default 6 h.</summary>
    public TimeSpan MaxWait { get; init; } = TimeSpan.FromHours(6);

    /// <summary>Whether one snooze more is the one too many.</summary>
    public bool AtSnoozeCap => !MadeProgress && Snoozes + 1 >= SnoozeCap;

    /// <summary>How many of the attempts just before were snoozed for the same category.</summary>
    public int SameSnoozes(ErrorCategory category) => PreviousError?.Category == category && !MadeProgress ? Snoozes : 0;
}
