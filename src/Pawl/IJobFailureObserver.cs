namespace Pawl;

/// <summary>Told of each attempt that failed or timed out, after the end was stored. For error trackers.</summary>
/// <remarks>Register it as a service. It is called outside the job's slot; what it throws is logged and passed over.</remarks>
public interface IJobFailureObserver
{
    /// <summary>Called once for each failed attempt.</summary>
    ValueTask FailedAsync(JobFailure failure, CancellationToken cancellationToken);
}
