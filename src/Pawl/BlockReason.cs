namespace Pawl;

/// <summary>What a <see cref="JobState.Blocked"/> job waits for.</summary>
public enum BlockReason
{
    /// <summary>Other jobs must end first.</summary>
    Dependency,

    /// <summary>A person must approve it first.</summary>
    Approval,
}
