namespace Pawl.Storage;

/// <summary>What became of a request that shows a key.</summary>
public enum ReplayState
{
    /// <summary>It is the first: do it, and say how it ended.</summary>
    Begun,

    /// <summary>An equal one is being done: ask again in a moment.</summary>
    Running,

    /// <summary>An equal one was done: repeat its answer.</summary>
    Known,

    /// <summary>Another request has shown this key.</summary>
    Conflict,
}
