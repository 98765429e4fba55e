namespace Pawl;

/// <summary>Does the work of one job type. A class from dependency injection, made anew for each attempt in a scope of its own.</summary>
/// <remarks>
/// A handler may run more than once for one job: after a crash, a lost lease or a stop. What it does outside should therefore be safe to
/// repeat; <see cref="JobContext.IdempotencyKey"/> helps there. Returning is success; throwing is failure, and the kind of the
/// exception decides what follows.
/// </remarks>
/// <typeparam name="TPayload">The payload of the type.</typeparam>
public interface IJobHandler<in TPayload>
{
    /// <summary>Does the work of one attempt.</summary>
    /// <param name="payload">What to do.</param>
    /// <param name="job">The attempt: progress, checkpoints, items, log, artifacts, children.</param>
    /// <param name="cancellationToken">Set when the attempt should stop: a person cancelled it, its time is up, the host stops, or its
    /// lease was lost. A handler that does not look is left behind; what it writes afterwards is refused.</param>
    Task HandleAsync(TPayload payload, JobContext job, CancellationToken cancellationToken);
}
