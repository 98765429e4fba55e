namespace Pawl;

/// <summary>What is traced: <c>Pawl:Telemetry</c>.</summary>
public sealed class TelemetryOptions
{
    /// <summary>Which share of the attempts is traced, where something listens to the activity source <c>Pawl</c>. 0 to 1; default 0.1: one
    /// in ten.</summary>
    /// <remarks>An attempt that fails, times out or loses its lease is traced in any case. What its handler calls is traced with it only
    /// where the attempt was among the share from its start.</remarks>
    public double TraceSampleRatio { get; set; } = 0.1;
}
