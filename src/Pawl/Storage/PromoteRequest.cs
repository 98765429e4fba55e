namespace Pawl.Storage;

/// <summary>Time has passed.</summary>
/// <param name="Term">The leader's term; another one's request changes nothing.</param>
/// <param name="Now">The engine's time.</param>
/// <param name="Count">How many jobs to move in this call.</param>
public sealed record PromoteRequest(long Term, DateTimeOffset Now, int Count = 1000)
{
    /// <summary>As in <see cref="ClaimRequest.RetryShare"/>: while first attempts wait in their queue, retries that come due and may not
    /// start are set aside for the claims.</summary>
    public double RetryShare { get; init; } = RetryBudget.Share;

    /// <summary>As in <see cref="ClaimRequest.RetryWindow"/>.</summary>
    public TimeSpan RetryWindow { get; init; } = RetryBudget.Window;
}

/// <summary>What came due.</summary>
/// <param name="Accepted">False when the term is not the leader's.</param>
/// <param name="Due">How many went to their queues.</param>
/// <param name="Expired">How many were cancelled because they had not started in time.</param>
/// <param name="More">Whether there are more due now.</param>
/// <param name="NextAt">When the next is due or expires; null when nothing waits. Those set aside wait for a claim and not for a
/// time.</param>
/// <param name="Deferred">How many retries came due and were set aside.</param>
public sealed record PromoteReply(bool Accepted, int Due, int Expired, bool More, DateTimeOffset? NextAt, int Deferred = 0);
