namespace Pawl.Storage;

/// <summary>How many runnable jobs of one type and priority wait in a queue.</summary>
/// <param name="Queue">The queue.</param>
/// <param name="Type">The type.</param>
/// <param name="Priority">The priority.</param>
/// <param name="Queued">How many; those that wait for a key are not among them.</param>
/// <param name="AtLeast">Whether not all were counted; the rest of the line is then spread evenly over its longest priorities.</param>
public sealed record DepthRow(string Queue, string Type, int Priority, long Queued, bool AtLeast = false);
