namespace Pawl.Simulation.Tests.Proofs;

/// <summary>Which moves are legal. Written down anew from what is promised, so that a slip in the engine's own table is seen.</summary>
internal static class Moves
{
    private const JobState S = JobState.Scheduled;
    private const JobState B = JobState.Blocked;
    private const JobState Q = JobState.Queued;
    private const JobState R = JobState.Running;

    public static bool AreLegal(EventKind kind, JobState? from, JobState? to) => (kind, from, to) switch
    {
        (EventKind.Created, null, S or B or Q) => true,
        (EventKind.Due, S, Q) => true,
        (EventKind.Unblocked, B, Q or S) => true,
        (EventKind.Started, Q, R) => true,
        (EventKind.RetryScheduled or EventKind.Snoozed, R, S) => true,
        (EventKind.TimedOut, R, S or JobState.Failed) => true,
        (EventKind.Released or EventKind.Lost, R, Q) => true,
        (EventKind.Succeeded, R, JobState.Succeeded) => true,
        (EventKind.Failed, R or B, JobState.Failed) => true,
        (EventKind.Cancelled, S or B or Q or R, JobState.Cancelled) => true,
        (EventKind.Retried, JobState.Failed or JobState.Cancelled, Q) => true,
        (EventKind.Recovered, JobState.Failed, Q) => true,
        (EventKind.Edited, S or Q, S or Q) => true,
        (EventKind.RetryDeferred, S or Q, S) => true,
        (EventKind.Dismissed or EventKind.Undismissed, JobState.Failed, JobState.Failed) => true,
        _ => false,
    };

    /// <summary>Whether another attempt of the same generation may follow such an end.</summary>
    public static bool LeadsToAnother(EventKind end) => end
        is EventKind.RetryScheduled or EventKind.Snoozed or EventKind.TimedOut or EventKind.Released or EventKind.Lost;
}
