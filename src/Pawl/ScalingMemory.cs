namespace Pawl;

/// <summary>What was advised before.</summary>
/// <param name="Said">The last advice.</param>
/// <param name="RaisedAt">When it was last raised.</param>
/// <param name="Seen">What the load asked for in the last 300 s.</param>
internal sealed record ScalingMemory(int Said, TimeSpan RaisedAt, IReadOnlyList<(TimeSpan At, int Wanted)> Seen);
