namespace Pawl.Cli.Output;

/// <summary>How points in time are written in tables.</summary>
internal enum TimeForm
{
    /// <summary>As an age: <c>5m ago</c>, <c>in 2h</c>.</summary>
    Relative,

    /// <summary>In the zone of this machine.</summary>
    Local,

    /// <summary>In UTC.</summary>
    Utc,
}
