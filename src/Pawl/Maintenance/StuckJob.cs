namespace Pawl.Maintenance;

/// <summary>A running attempt that stands still.</summary>
/// <param name="Job">The job.</param>
/// <param name="Attempt">The attempt.</param>
/// <param name="Queue">Its queue.</param>
/// <param name="Type">Its type.</param>
/// <param name="Silence">For how long we saw no progress.</param>
internal sealed record StuckJob(JobId Job, int Attempt, string Queue, string Type, TimeSpan Silence);
