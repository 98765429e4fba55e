namespace Pawl;

/// <summary>Who asked for a job.</summary>
public enum Trigger
{
    /// <summary>A program. The default.</summary>
    Api,

    /// <summary>A person who waits for it: worth 40 points by default.</summary>
    Manual,

    /// <summary>A schedule.</summary>
    Schedule,

    /// <summary>Another job's attempt.</summary>
    Parent,

    /// <summary>The recovery sweep.</summary>
    Recovery,
}
