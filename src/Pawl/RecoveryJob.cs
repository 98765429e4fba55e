namespace Pawl;

/// <summary>One job of a recovery sweep.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Action">What was done.</param>
/// <param name="Rule">The rule that speaks for it; null when none does.</param>
/// <param name="Reason">Why, in words.</param>
public sealed record RecoveryJob(JobId JobId, RecoveryAction Action, RecoveryRule? Rule, string Reason);
