namespace Pawl;

/// <summary>One recorded run of one item.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Attempt">The attempt.</param>
/// <param name="Result">What came of it.</param>
/// <param name="At">When it was recorded, UTC.</param>
public sealed record ItemRun(JobId JobId, int Attempt, ItemResult Result, DateTimeOffset At)
{
    /// <summary>Its number; they rise.</summary>
    public long Id { get; init; }
}
