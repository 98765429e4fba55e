namespace Pawl.Storage;

/// <summary>Set what an operator may set for a queue; all of it at once.</summary>
/// <param name="Queue">The queue. It need not have had a job yet.</param>
/// <param name="Settings">What holds from now on; null members go back to the default.</param>
/// <param name="RowVersion">The version that was seen; null for whatever it is.</param>
/// <param name="Now">The engine's time.</param>
/// <param name="By">Who asks.</param>
public sealed record SetQueueRequest(string Queue, QueueSettings Settings, long? RowVersion, DateTimeOffset Now, string? By = null);

/// <summary>What became of it.</summary>
/// <param name="Done">False when somebody has changed the queue since it was seen; then nothing was.</param>
/// <param name="RowVersion">The queue's version now.</param>
public readonly record struct SetQueueReply(bool Done, long RowVersion);
