namespace Pawl.Running;

/// <summary>What this worker has in hand of one queue and type. Its numbers are kept by <see cref="Slots"/>, under its lock.</summary>
internal sealed class Line(string queue, JobType type)
{
    public string Queue { get; } = queue;

    public JobType Type { get; } = type;

    /// <summary>How many are here, begun or not.</summary>
    public int InHand { get; set; }
}
