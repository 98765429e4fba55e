using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Pawl.Postgres;

/// <summary>What the store does, counted: meter <c>Pawl.Postgres</c>.</summary>
internal static class Meters
{
    private const string DriverMeter = "Npgsql";
    private const string DriverCount = "db.client.connection.count";

    private static readonly Meter Meter = new("Pawl.Postgres");

    /// <summary>Transactions that wrote.</summary>
    public static readonly Counter<long> Commits =
        Meter.CreateCounter<long>("pawl.store.commits", "{commit}", "Transactions that were committed.");

    /// <summary>Transactions that only read.</summary>
    public static readonly Counter<long> Reads = Meter.CreateCounter<long>("pawl.store.reads", "{call}", "Calls that read.");

    /// <summary>Transactions that were done anew because others were in the way, or their connection broke.</summary>
    public static readonly Counter<long> Repeats =
        Meter.CreateCounter<long>("pawl.store.repeats", "{transaction}", "Transactions that were done anew.");

    /// <summary>Connections that could not be had.</summary>
    public static readonly Counter<long> Failures =
        Meter.CreateCounter<long>("pawl.store.connection.failures", "{connection}", "Connections that could not be had.");

    private static readonly ConcurrentDictionary<Connections, bool> Watched = new();

#pragma warning disable IDE0052 // kept: whoever listens asks it
    private static readonly ObservableUpDownCounter<int> Count_ = Meter.CreateObservableUpDownCounter(
        "pawl.store.connections", Measure, "{connection}", "Connections of this process (total, idle) and calls that wait for one.");
#pragma warning restore IDE0052

    public static void Watch(Connections connections) => Watched[connections] = true;

    public static void Forget(Connections connections) => Watched.TryRemove(connections, out _);

    /// <summary>How many connections the driver has open under a name, and how many of them nobody uses. It tells its meter only.</summary>
    public static (int Total, int Idle) Count(string name)
    {
        var (total, idle) = (0, 0);
        using var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name == DriverMeter && instrument.Name == DriverCount)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<int>((_, value, tags, _) =>
        {
            var (mine, free) = (false, false);
            foreach (var tag in tags)
            {
                mine |= tag is { Key: "db.client.connection.pool.name", Value: string pool } && pool == name;
                free |= tag is { Key: "db.client.connection.state", Value: "idle" };
            }

            total += mine ? value : 0;
            idle += mine && free ? value : 0;
        });
        listener.Start();
        listener.RecordObservableInstruments();
        return (total, idle);
    }

    private static IEnumerable<Measurement<int>> Measure()
    {
        var (total, idle, waiting) = (0, 0, 0);
        foreach (var connections in Watched.Keys)
        {
            var pool = connections.Pool;
            (total, idle, waiting) = (total + pool.Total, idle + pool.Idle, waiting + pool.Waiting);
        }

        return [Of(total, "total"), Of(idle, "idle"), Of(waiting, "waiting")];
    }

    private static Measurement<int> Of(int value, string state) => new(value, new KeyValuePair<string, object?>("state", state));
}
