namespace Pawl;

/// <summary>A job that a recovery would offer again.</summary>
/// <param name="Job">The job as it stands.</param>
/// <param name="Rule">The rule that speaks for it.</param>
/// <param name="DryRun">Whether nothing will be done: then the check should look, but refresh or change nothing.</param>
public sealed record RecoveryCandidate(Job Job, RecoveryRule Rule, bool DryRun);
