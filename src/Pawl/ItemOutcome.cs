namespace Pawl;

/// <summary>How one item of a job went.</summary>
public enum ItemOutcome
{
    /// <summary>It was done.</summary>
    Succeeded,

    /// <summary>It failed; the others may go on.</summary>
    Failed,

    /// <summary>It was fresh and passed over.</summary>
    Skipped,
}
