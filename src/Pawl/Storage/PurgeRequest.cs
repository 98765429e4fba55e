namespace Pawl.Storage;

/// <summary>Remove these ended jobs and all they hold.</summary>
/// <param name="Ids">Which.</param>
/// <param name="Now">The engine's time.</param>
/// <param name="By">Who asks.</param>
public sealed record PurgeRequest(IReadOnlyList<JobId> Ids, DateTimeOffset Now, string? By = null);
