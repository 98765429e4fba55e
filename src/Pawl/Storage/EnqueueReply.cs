namespace Pawl.Storage;

/// <summary>What became of a request to store jobs.</summary>
/// <param name="Jobs">In the order asked; empty when <paramref name="Refusal"/> says why nothing was stored.</param>
/// <param name="Refusal">The first reason against the whole request.</param>
public sealed record EnqueueReply(IReadOnlyList<Enqueued> Jobs, EnqueueRefusal? Refusal = null);

/// <summary>One stored job.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Deduplicated">Whether an equal job was there before; then nothing was stored for it.</param>
/// <param name="State">Where it stands.</param>
public readonly record struct Enqueued(JobId Id, bool Deduplicated, JobState State);

/// <summary>Why a request to store jobs was refused.</summary>
/// <param name="Index">Which job of the request, from 0.</param>
/// <param name="Code"><c>idempotency_conflict</c>, <c>lock_held</c>, <c>dependency_missing</c> or <c>depth_exceeded</c>.</param>
/// <param name="Other">The job that stands in the way, where it is stored already.</param>
/// <param name="OtherIndex">The job of the same request that stands in the way, from 0, where it is one of these.</param>
public sealed record EnqueueRefusal(int Index, string Code, JobId? Other, int? OtherIndex = null);
