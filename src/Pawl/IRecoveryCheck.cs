namespace Pawl;

/// <summary>Asked before a recovery offers a job of a type again: is the account valid, is the token fresh?</summary>
/// <remarks>The rules <see cref="RecoveryRule.Account"/> and <see cref="RecoveryRule.Token"/> recover only what at least one check says yes
/// to. A check that throws, or has no answer within 30 s, skips its job and no other.</remarks>
public interface IRecoveryCheck
{
    /// <summary>Looks whether the job could work now.</summary>
    /// <param name="candidate">The job and the rule that speaks for it.</param>
    /// <param name="cancellationToken">Set when the host stops or the time for the answer is over.</param>
    ValueTask<RecoveryAnswer> CheckAsync(RecoveryCandidate candidate, CancellationToken cancellationToken);
}
