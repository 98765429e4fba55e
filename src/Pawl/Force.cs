namespace Pawl;

/// <summary>Which ledger items a job does although they are fresh.</summary>
public enum Force
{
    /// <summary>Only those that are new or need a re-run. The default.</summary>
    None,

    /// <summary>Those, and the ones that failed.</summary>
    Failed,

    /// <summary>All.</summary>
    All,
}
