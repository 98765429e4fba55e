namespace Pawl;

/// <summary>Why a job is not running.</summary>
/// <param name="Id">The job.</param>
/// <param name="State">Where it stands.</param>
/// <param name="NotRunningBecause">The first reason of a queued job that stops it from running; null in other states, and when nothing but
/// its turn is missing.</param>
/// <param name="Reasons">All reasons, the weightiest first.</param>
public sealed record JobWhy(JobId Id, JobState State, WhyCode? NotRunningBecause, IReadOnlyList<WhyReason> Reasons);
