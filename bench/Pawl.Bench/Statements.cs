using System.Diagnostics.Metrics;

namespace Pawl.Bench;

/// <summary>How many times the store was called, by its own meter.</summary>
internal static class Statements
{
    private static long _count;

    static Statements()
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name is "pawl.store.writes" or "pawl.store.reads")
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, calls, _, _) => Interlocked.Add(ref _count, calls));
        listener.Start();
    }

    public static long Count => Interlocked.Read(ref _count);
}
