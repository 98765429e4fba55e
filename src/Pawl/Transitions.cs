using System.Diagnostics;

namespace Pawl;

/// <summary>The moves a job may make. There is one table, and every answer here is read from it.</summary>
/// <remarks>Stores carry moves out with a statement that names the expected state; they never invent one.</remarks>
public static class Transitions
{
    private static readonly JobState[] Nowhere = [];
    private static readonly JobState[] Waiting = [JobState.Scheduled, JobState.Blocked, JobState.Queued];
    private static readonly JobState[] Scheduled = [JobState.Scheduled];
    private static readonly JobState[] Blocked = [JobState.Blocked];
    private static readonly JobState[] Queued = [JobState.Queued];
    private static readonly JobState[] Running = [JobState.Running];
    private static readonly JobState[] Failed = [JobState.Failed];

    private static readonly Move[] Moves =
    [
        new(1, "create", JobEvent.CreatedQueued, "no open dependency, no approval wanted, its time is not ahead",
            Nowhere, JobState.Queued, "", "client, schedule, parent"),
        new(2, "create", JobEvent.CreatedScheduled, "its time is ahead",
            Nowhere, JobState.Scheduled, "wait_reason delay", "client, schedule, parent"),
        new(3, "create", JobEvent.CreatedBlocked, "an open dependency, or an approval is wanted",
            Nowhere, JobState.Blocked, "block_reason dependency or approval", "client, parent, plan"),
        new(4, "due", JobEvent.Due, "its time has come",
            Scheduled, JobState.Queued, "", "scheduler loop"),
        new(5, "reschedule", JobEvent.Postponed, "the new time is ahead",
            [JobState.Scheduled, JobState.Queued], JobState.Scheduled, "wait_reason delay", "operator"),
        new(5, "reschedule", JobEvent.Hastened, "the new time is not ahead",
            [JobState.Scheduled, JobState.Queued], JobState.Queued, "", "operator"),
        new(6, "unblock", JobEvent.Unblocked, "every edge met and approved; its time is not ahead",
            Blocked, JobState.Queued, "", "store, with the end of the last dependency; approver"),
        new(6, "unblock", JobEvent.UnblockedLater, "every edge met and approved; its time is ahead",
            Blocked, JobState.Scheduled, "wait_reason delay", "store, with the end of the last dependency; approver"),
        new(7, "dependency failed", JobEvent.DependencyCancelled, "the edge says cancel (the default)",
            Blocked, JobState.Cancelled, "end_reason dependency_failed", "store"),
        new(8, "dependency failed", JobEvent.DependencyFailed, "the edge says fail",
            Blocked, JobState.Failed, "error dependency_failed", "store"),
        new(9, "claim", JobEvent.Claimed, "a free slot; limits allow it; neither queue nor type is paused",
            Queued, JobState.Running, "attempt + 1, new lease token", "worker"),
        new(10, "complete", JobEvent.Completed, "the fence holds",
            Running, JobState.Succeeded, "", "worker"),
        new(11, "fail", JobEvent.RetryLater, "the error may be retried, budget is left, deadline_at is ahead",
            Running, JobState.Scheduled, "wait_reason retry", "server rule"),
        new(12, "fail", JobEvent.FailedForGood, "the error is final, or the budget is spent, or deadline_at has passed",
            Running, JobState.Failed, "error", "server rule"),
        new(13, "time out", JobEvent.RetryLater, "ran longer than timeout_ms; then as 11",
            Running, JobState.Scheduled, "wait_reason retry", "host"),
        new(13, "time out", JobEvent.FailedForGood, "ran longer than timeout_ms; then as 12",
            Running, JobState.Failed, "error", "host"),
        new(14, "snooze", JobEvent.Snoozed, "the fence holds",
            Running, JobState.Scheduled, "wait_reason snooze, rate_limit, circuit or continuation", "worker, server rule"),
        new(15, "release", JobEvent.Released, "the host stops in good order",
            Running, JobState.Queued, "same priority, due at once", "host"),
        new(16, "lose", JobEvent.Lost, "silent longer than the lease; fewer losses than the cap (3)",
            Running, JobState.Queued, "losses + 1", "sweeper"),
        new(17, "lose", JobEvent.CrashLooped, "silent longer than the lease; the loss that reaches the cap",
            Running, JobState.Failed, "error crash_loop", "sweeper"),
        new(18, "cancel", JobEvent.Cancelled, "",
            Waiting, JobState.Cancelled, "end_reason user or parent", "user, parent"),
        new(19, "request cancel", JobEvent.CancelRequested, "",
            Running, JobState.Running, "cancel_requested_at", "user, parent"),
        new(20, "cancelled", JobEvent.Stopped, "a cancel was asked for, and the handler stopped, was killed after grace_ms, or was lost",
            Running, JobState.Cancelled, "end_reason user, parent or superseded", "host, sweeper"),
        new(21, "expire", JobEvent.Expired, "start_by passed before the first claim",
            Waiting, JobState.Cancelled, "end_reason expired", "scheduler loop"),
        new(22, "retry", JobEvent.Retried, "the error's category allows it, or it is forced",
            [JobState.Failed, JobState.Cancelled], JobState.Queued, "generation + 1", "user"),
        new(23, "recover", JobEvent.Recovered, "a recovery rule accepts it",
            Failed, JobState.Queued, "generation + 1", "recovery"),
        new(24, "dismiss", JobEvent.Dismissed, "",
            Failed, JobState.Failed, "dismissed_at set", "operator"),
        new(24, "undismiss", JobEvent.Undismissed, "",
            Failed, JobState.Failed, "dismissed_at cleared", "operator"),
        new(25, "purge", JobEvent.Purged, "retention has passed, or an administrator asks",
            [JobState.Succeeded, JobState.Failed, JobState.Cancelled], null, "", "retention"),
        new(26, "defer", JobEvent.Deferred, "a retry that is due, while first attempts wait and the queue's retry budget is spent",
            [JobState.Scheduled, JobState.Queued], JobState.Scheduled, "wait_reason retry", "scheduler loop, worker"),
    ];

    private static readonly int Events = Enum.GetValues<JobEvent>().Length;
    private static readonly int States = Enum.GetValues<JobState>().Length;
    private static readonly JobState?[] Creations = ReadCreations();
    private static readonly JobState?[] Grid = ReadGrid();
    private static readonly bool[] Purgeable = ReadPurgeable();

    /// <summary>Every move, in the order of the model. A row that leads to different states appears once for each event.</summary>
    public static IReadOnlyList<Move> Table { get; } = Array.AsReadOnly(Moves);

    /// <summary>The state an event leads to.</summary>
    /// <returns>Null when it is no move from there, or when it removes the job (<see cref="MayPurge"/>).</returns>
    public static JobState? Next(JobState from, JobEvent happened) =>
        Knows(from) && Knows(happened) ? Grid[((int)from * Events) + (int)happened] : null;

    /// <summary>The state a new job begins in; null when the event is no creation.</summary>
    public static JobState? First(JobEvent happened) => Knows(happened) ? Creations[(int)happened] : null;

    /// <summary>Whether a job has ended: succeeded, failed or cancelled.</summary>
    /// <remarks>Only a new generation opens it again, and never a success.</remarks>
    public static bool IsTerminal(JobState state) => state is JobState.Succeeded or JobState.Failed or JobState.Cancelled;

    /// <summary>Whether a job in this state may be removed.</summary>
    public static bool MayPurge(JobState state) => Knows(state) && Purgeable[(int)state];

    private static bool Knows(JobState state) => (uint)state < (uint)States;

    private static bool Knows(JobEvent happened) => (uint)happened < (uint)Events;

    private static JobState?[] ReadCreations()
    {
        var first = new JobState?[Events];
        foreach (var move in Moves.Where(move => move.From.Count == 0))
        {
            first[(int)move.Happened] = move.To;
        }

        return first;
    }

    private static JobState?[] ReadGrid()
    {
        var grid = new JobState?[States * Events];
        foreach (var move in Moves.Where(move => move.To is not null))
        {
            foreach (var from in move.From)
            {
                ref var to = ref grid[((int)from * Events) + (int)move.Happened];
                if (to is not null && to != move.To)
                {
                    // Rows 11 and 13 share an event. Were they to part, which state a timeout leads to would hang on their order.
                    throw new UnreachableException($"Row {move.Number} leads from {from} to {move.To}, an earlier row to {to}.");
                }

                to = move.To;
            }
        }

        return grid;
    }

    private static bool[] ReadPurgeable()
    {
        var purgeable = new bool[States];
        foreach (var from in Moves.Where(move => move.Happened == JobEvent.Purged).SelectMany(move => move.From))
        {
            purgeable[(int)from] = true;
        }

        return purgeable;
    }
}
