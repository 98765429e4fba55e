namespace Pawl;

/// <summary>How many workers a load asks for. Pure.</summary>
internal static class Scaling
{
    /// <summary>The wished use of the slots: some room is left for what comes at once.</summary>
    public const double Use = 0.8;

    /// <summary>How much weight the last value has in a moving average.</summary>
    public const double Alpha = 0.3;

    private const double Keep = 0.1;
    private static readonly TimeSpan UpEvery = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan DownAfter = TimeSpan.FromSeconds(300);

    /// <summary>The workers for what arrives and what waits.</summary>
    /// <param name="arrivals">Jobs that arrive a second.</param>
    /// <param name="service">The mean run of a job.</param>
    /// <param name="runnable">Jobs that only wait for a slot.</param>
    /// <param name="drain">In which time these should be done.</param>
    /// <param name="slots">The slots of a worker.</param>
    /// <param name="min">Never fewer.</param>
    /// <param name="max">Never more.</param>
    public static int Workers(double arrivals, TimeSpan service, long runnable, TimeSpan drain, double slots, int min, int max)
    {
        var busy = (arrivals * service.TotalSeconds) + (runnable * service.TotalSeconds / drain.TotalSeconds);
        var wanted = Math.Ceiling(Math.Round(busy / (slots * Use), 9));   // or 5.000000000000001 would be 6
        return (int)Math.Clamp(wanted, min, max);
    }

    /// <summary>The moving average of values, the oldest first; 0 of none.</summary>
    public static double Average(IEnumerable<double> values)
    {
        double? average = null;
        foreach (var value in values)
        {
            average = average is { } known ? (Alpha * value) + ((1 - Alpha) * known) : value;
        }

        return average ?? 0;
    }

    /// <summary>What to say now, so that the number does not swing: as it is while the new one is near; up at most every 10 s; down to the
    /// highest of the last 300 s.</summary>
    /// <param name="memory">What was said before; null at first.</param>
    /// <param name="wanted">The workers for the load.</param>
    /// <param name="present">The workers there are.</param>
    /// <param name="now">A time that only rises.</param>
    public static ScalingMemory Next(ScalingMemory? memory, int wanted, int present, TimeSpan now)
    {
        if (present > 0 && Math.Abs(wanted - present) <= Keep * present)
        {
            wanted = present;
        }

        List<(TimeSpan At, int Wanted)> seen = [.. (memory?.Seen ?? []).Where(one => now - one.At < DownAfter), (now, wanted)];
        if (memory is null)
        {
            return new ScalingMemory(wanted, now, seen);
        }

        if (wanted > memory.Said)
        {
            return now - memory.RaisedAt >= UpEvery ? new ScalingMemory(wanted, now, seen) : memory with { Seen = seen };
        }

        return memory with { Said = Math.Min(memory.Said, seen.Max(one => one.Wanted)), Seen = seen };
    }
}
