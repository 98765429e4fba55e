namespace Pawl.Storage;

/// <summary>Take these failures off the dead list, or put them back.</summary>
/// <param name="Ids">Which.</param>
/// <param name="Dismiss">True to take off, false to put back.</param>
/// <param name="Now">The engine's time.</param>
/// <param name="By">Who asks.</param>
/// <param name="Note">Why, in words.</param>
public sealed record DismissRequest(IReadOnlyList<JobId> Ids, bool Dismiss, DateTimeOffset Now, string? By = null, string? Note = null);
