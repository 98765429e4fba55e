namespace Pawl;

/// <summary>What started a recovery sweep.</summary>
public enum RecoveryTrigger
{
    /// <summary>The host has started, or the chores have moved to another one.</summary>
    Startup,

    /// <summary>The interval has passed.</summary>
    Periodic,

    /// <summary>A person or a program asked.</summary>
    Manual,
}
