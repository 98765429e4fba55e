namespace Pawl.Storage;

/// <summary>A queue that has had a job, or that somebody set or paused.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Settings">What an operator set.</param>
/// <param name="RowVersion">Rises with each change of the settings and each pause; from 1.</param>
/// <param name="Pause">Its pause; null while it is open.</param>
public sealed record QueueRow(string Name, QueueSettings Settings, long RowVersion, PauseRow? Pause = null);
