using System.Diagnostics.Metrics;

namespace Pawl.Sqlite;

/// <summary>What the store does, counted: meter <c>Pawl.Sqlite</c>.</summary>
internal static class Meters
{
    private static readonly Meter Meter = new("Pawl.Sqlite");

    /// <summary>Commits of the writer.</summary>
    public static readonly Counter<long> Commits =
        Meter.CreateCounter<long>("pawl.store.commits", "{commit}", "Transactions the writer committed.");

    /// <summary>Calls that shared those commits.</summary>
    public static readonly Counter<long> Writes = Meter.CreateCounter<long>("pawl.store.writes", "{call}", "Calls that wrote.");

    /// <summary>Reads.</summary>
    public static readonly Counter<long> Reads = Meter.CreateCounter<long>("pawl.store.reads", "{call}", "Calls that read.");
}
