namespace Pawl;

/// <summary>What a checkpoint's cursor means.</summary>
public enum CursorKind
{
    /// <summary>Items come in key order: everything up to the last key is done.</summary>
    Sorted,

    /// <summary>Items come in any order: the ledger knows which are done.</summary>
    Unsorted,

    /// <summary>The cursor is a page of the source.</summary>
    Page,
}
