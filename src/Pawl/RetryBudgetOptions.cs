namespace Pawl;

/// <summary>How much of a queue its retries may take from new work: <c>Pawl:RetryBudget</c>.</summary>
/// <remarks>While first attempts wait in a queue, retries get a share of its starts; the others stay scheduled until there is room. When no
/// first attempt waits, nothing is held back. Should be the same on all workers.</remarks>
public sealed class RetryBudgetOptions
{
    /// <summary>The share of a queue's starts that may be retries while first attempts wait. 0 to 1; default 0.2; 1 switches the budget
    /// off, 0 leaves one retry a <see cref="Window"/>.</summary>
    public double Share { get; set; } = RetryBudget.Share;

    /// <summary>The time in which the share is kept. 1 s to 1 h; default 10 s.</summary>
    public TimeSpan Window { get; set; } = RetryBudget.Window;
}
