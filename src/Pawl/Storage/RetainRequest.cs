namespace Pawl.Storage;

/// <summary>Remove one slice of what is kept no longer.</summary>
public sealed record RetainRequest
{
    /// <summary>The leader's term; another one's request changes nothing.</summary>
    public required long Term { get; init; }

    /// <summary>The engine's time.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>Where the last slice ended; default for the start.</summary>
    public JobId After { get; init; }

    /// <summary>How long succeeded and cancelled jobs are kept, where their type has no rule of its own.</summary>
    public TimeSpan Keep { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How long failed jobs are kept, where their type has no rule of its own.</summary>
    public TimeSpan KeepFailed { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Types with rules of their own.</summary>
    public IReadOnlyDictionary<string, (TimeSpan Keep, TimeSpan KeepFailed)> Types { get; init; } =
        new Dictionary<string, (TimeSpan, TimeSpan)>();

    /// <summary>How many jobs to look at in this call.</summary>
    public int Count { get; init; } = 500;
}

/// <summary>What a slice removed.</summary>
/// <param name="Accepted">False when the term is not the leader's.</param>
/// <param name="Removed">How many jobs are gone.</param>
/// <param name="Next">Where the next slice begins; null when the rest is too young.</param>
public sealed record RetainReply(bool Accepted, int Removed, JobId? Next);
