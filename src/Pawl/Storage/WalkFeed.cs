using Pawl.Queries;

namespace Pawl.Storage;

/// <summary>Where jobs can be read in the order of their numbers.</summary>
internal enum WalkSource
{
    /// <summary>All of them.</summary>
    All,

    /// <summary>Those that were named.</summary>
    Ids,

    /// <summary>Those with a unique key.</summary>
    UniqueKey,

    /// <summary>The children of one.</summary>
    Children,

    /// <summary>Those of one line.</summary>
    Line,

    /// <summary>Those in one state.</summary>
    State,

    /// <summary>Those with a row of their own, in a store where plain ones have none.</summary>
    Own,

    /// <summary>All of them, in the order of their priorities and only then of their numbers.</summary>
    Priority,
}

/// <summary>One of the places that a walk reads from, and how far it has come there.</summary>
internal sealed class WalkFeed(WalkSource source)
{
    public WalkSource Source { get; } = source;

    /// <summary>The parent or the line.</summary>
    public long Key { get; init; }

    /// <summary>The unique key.</summary>
    public string? Text { get; init; }

    /// <summary>With <see cref="WalkSource.State"/>.</summary>
    public JobState State { get; init; }

    /// <summary>Read beyond this number.</summary>
    public long Beyond { get; set; }

    /// <summary>With <see cref="WalkSource.Priority"/>: read beyond the number at this priority.</summary>
    public long Rank { get; set; }

    /// <summary>Whether there is nothing more to read.</summary>
    public bool Ended { get; set; }

    /// <summary>What was read and may fit, in order.</summary>
    public Queue<JobView> Buffer { get; } = [];
}

/// <summary>What a walk needs next.</summary>
internal enum WalkNeed
{
    /// <summary>Nothing: it is done.</summary>
    Nothing,

    /// <summary>The next rows of <see cref="JobWalk.Feed"/>.</summary>
    Slice,

    /// <summary>More of <see cref="JobWalk.Pending"/>.</summary>
    Details,
}
