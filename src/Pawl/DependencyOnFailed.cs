namespace Pawl;

/// <summary>What happens to a job whose dependency ended without success.</summary>
public enum DependencyOnFailed
{
    /// <summary>It is cancelled with reason <c>dependency_failed</c>. The default.</summary>
    Cancel,

    /// <summary>It fails with category <c>dependency_failed</c>.</summary>
    Fail,

    /// <summary>It runs all the same.</summary>
    Run,
}
