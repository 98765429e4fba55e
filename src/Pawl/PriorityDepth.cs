namespace Pawl;

/// <summary>How many runnable jobs wait at one priority.</summary>
/// <param name="Priority">The priority.</param>
/// <param name="Count">How many.</param>
public readonly record struct PriorityDepth(int Priority, long Count);
