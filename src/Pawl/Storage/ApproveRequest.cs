namespace Pawl.Storage;

/// <summary>Let these jobs go.</summary>
/// <param name="Ids">Which.</param>
/// <param name="Now">The engine's time.</param>
/// <param name="By">Who approves.</param>
public sealed record ApproveRequest(IReadOnlyList<JobId> Ids, DateTimeOffset Now, string? By = null);
