namespace Pawl;

/// <summary>Whether an item's result can be used as it is. Computed when asked for, never stored.</summary>
public enum ItemStatus
{
    /// <summary>Never tried.</summary>
    New,

    /// <summary>It succeeded, with the same code, input, options and upstream results as now.</summary>
    Processed,

    /// <summary>It succeeded once, but something it depends on has changed since; the <see cref="ItemCause"/> says what.</summary>
    NeedsRerun,

    /// <summary>It never succeeded, and the last try failed.</summary>
    Failed,
}
