namespace Pawl;

/// <summary>Something that went wrong in a recovery sweep.</summary>
/// <param name="JobId">With which job; null when it was not about one.</param>
/// <param name="Code">A stable word: <c>check_failed</c>, <c>store_failed</c> or the refusal of the store.</param>
/// <param name="Message">A sentence for people.</param>
public sealed record RecoveryError(JobId? JobId, string Code, string Message);
