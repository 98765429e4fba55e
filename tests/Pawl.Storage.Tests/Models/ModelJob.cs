using System.Globalization;

namespace Pawl.Storage.Tests.Models;

/// <summary>A job as the model knows it.</summary>
public sealed class ModelJob
{
    public required JobId Id { get; init; }

    public required string Type { get; init; }

    public required string Queue { get; set; }

    public required int Base { get; set; }

    public bool Explicit { get; set; }

    public required int Priority { get; set; }

    public JobState State { get; set; }

    public DateTimeOffset RunAt { get; set; }

    public DateTimeOffset? StartBy { get; set; }

    public int Generation { get; set; } = 1;

    public int Attempt { get; set; }

    public int Failures { get; set; }

    public int Losses { get; set; }

    public int Recoveries { get; set; }

    /// <summary>Whether a lease of this generation was lost before it was known to have begun.</summary>
    public bool Suspect { get; set; }

    public string? UniqueKey { get; init; }

    public UniqueHold Hold { get; init; }

    public byte Body { get; init; }

    public string? ConcurrencyKey { get; init; }

    public Dependency? Edge { get; init; }

    public bool EdgeOpen { get; set; }

    public bool ApprovalOpen { get; set; }

    public JobId? Parent { get; init; }

    public int Depth { get; init; }

    public bool CancelRequested { get; set; }

    /// <summary>The reason a stop was asked for, to become the reason of the end.</summary>
    public EndReason CancelReason { get; set; }

    public EndReason? EndReason { get; set; }

    public WaitReason? WaitReason { get; set; }

    public bool Dismissed { get; set; }

    /// <summary>Whether it is due and was set aside by the retry budget.</summary>
    public bool Deferred { get; set; }

    public bool IsRetry => Failures > 0;

    public long? Worker { get; set; }

    public LeaseToken Token { get; set; }

    /// <summary>Whether it was taken ahead and is not known to have begun.</summary>
    public bool Unbegun { get; set; }

    public bool IsTerminal => Transitions.IsTerminal(State);

    public bool IsWaiting => State is JobState.Scheduled or JobState.Blocked or JobState.Queued;

    private BlockReason? BlockReason => State != JobState.Blocked ? null
        : EdgeOpen ? Pawl.BlockReason.Dependency : Pawl.BlockReason.Approval;

    /// <summary>Before another in the order of a queue.</summary>
    public bool IsBefore(ModelJob other) =>
        Priority != other.Priority ? Priority > other.Priority
        : RunAt != other.RunAt ? RunAt < other.RunAt
        : Id < other.Id;

    /// <summary>All of it that a reader can see, in the words in which <see cref="Of"/> shows the store's.</summary>
    public override string ToString() => Show(new Seen(
        Id, Type, Queue, State, Priority, Generation, Attempt, Failures, Losses, Recoveries, WaitReason, BlockReason, EndReason,
        CancelRequested, Dismissed, Worker));

    public static string Of(Job job) => Show(new Seen(
        job.Id, job.Type, job.Queue, job.State, job.Priority, job.Generation, job.Attempt, job.Failures, job.Losses, job.Recoveries,
        job.WaitReason, job.BlockReason, job.EndReason, job.CancelRequestedAt is not null, job.DismissedAt is not null, job.WorkerId));

    private static string Show(Seen job) => string.Create(
        CultureInfo.InvariantCulture,
        $"job {job.Id} {job.Type}/{job.Queue} {job.State} [{job.Wait}{job.Block}{job.End}] priority {job.Priority} "
        + $"generation {job.Generation} attempt {job.Attempt} failures {job.Failures} losses {job.Losses} recoveries {job.Recoveries}"
        + $"{(job.CancelRequested ? " asked to stop" : "")}{(job.Dismissed ? " dismissed" : "")} worker {job.Worker}");

    private sealed record Seen(
        JobId Id,
        string Type,
        string Queue,
        JobState State,
        int Priority,
        int Generation,
        int Attempt,
        int Failures,
        int Losses,
        int Recoveries,
        WaitReason? Wait,
        BlockReason? Block,
        EndReason? End,
        bool CancelRequested,
        bool Dismissed,
        long? Worker);
}
