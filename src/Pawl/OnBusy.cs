namespace Pawl;

/// <summary>What a new job does when its concurrency key is held by another.</summary>
public enum OnBusy
{
    /// <summary>It waits for the key. The default.</summary>
    Queue,

    /// <summary>It is refused with <c>lock_held</c>, naming the holder.</summary>
    Reject,
}
