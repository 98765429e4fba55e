namespace Pawl;

/// <summary>What a recovery sweep did with one job.</summary>
public enum RecoveryAction
{
    /// <summary>It is offered again; in a dry run: it would be.</summary>
    Recovered,

    /// <summary>It was left as it is; the reason says why.</summary>
    Skipped,

    /// <summary>It should have been recovered, but the store did not do it.</summary>
    Failed,
}
