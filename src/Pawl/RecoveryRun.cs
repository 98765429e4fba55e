using System.Globalization;

namespace Pawl;

/// <summary>What one recovery sweep did.</summary>
public sealed record RecoveryRun
{
    /// <summary>Its number, unique in the installation.</summary>
    public required long Id { get; init; }

    /// <summary>What it looked at.</summary>
    public required RecoveryKind Kind { get; init; }

    /// <summary>What started it.</summary>
    public required RecoveryTrigger Trigger { get; init; }

    /// <summary>Who asked: <c>startup</c>, <c>periodic</c> or a person.</summary>
    public required string By { get; init; }

    /// <summary>Whether it only showed what it would do.</summary>
    public required bool DryRun { get; init; }

    /// <summary>Whether no recovery failed and the sweep came to its end. A check that failed is one of <see cref="Errors"/>, but no
    /// failure.</summary>
    public required bool Success { get; init; }

    /// <summary>How many jobs are offered again.</summary>
    public required int RecoveredJobs { get; init; }

    /// <summary>How many should have been and are not.</summary>
    public required int FailedRecoveries { get; init; }

    /// <summary>How many were left as they are.</summary>
    public required int SkippedJobs { get; init; }

    /// <summary>What went wrong.</summary>
    public required IReadOnlyList<RecoveryError> Errors { get; init; }

    /// <summary>Each job with what was done. All are counted, but of those that no rule speaks for only the first 50 are listed.</summary>
    public required IReadOnlyList<RecoveryJob> Jobs { get; init; }

    /// <summary>When it began, UTC.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended, UTC.</summary>
    public required DateTimeOffset EndedAt { get; init; }

    /// <summary>A line for people, such as <c>Job recovery completed: 5 recovered, 0 failed, 2 skipped</c>.</summary>
    public string Message => string.Create(
        CultureInfo.InvariantCulture,
        $"Job recovery completed: {RecoveredJobs} recovered, {FailedRecoveries} failed, {SkippedJobs} skipped");
}
