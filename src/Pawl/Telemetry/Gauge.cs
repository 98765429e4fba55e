namespace Pawl.Telemetry;

/// <summary>One figure that is read when it is asked for.</summary>
/// <param name="Name">As in the text, such as <c>pawl_jobs</c>.</param>
/// <param name="Labels">The values of its labels, in their order.</param>
/// <param name="Value">The figure.</param>
internal sealed record Gauge(string Name, string[] Labels, double Value);
