namespace Pawl.Running;

/// <summary>How long the attempts of each type run, measured; so that no more is taken ahead than the slots can soon begin.</summary>
/// <remarks>Not safe by itself: <see cref="Slots"/> calls it under its lock.</remarks>
internal sealed class RunTimes
{
    // The last few dozen runs count: quick to see that a type has become slow.
    private const double Share = 0.1;

    private readonly Dictionary<string, double> _seconds = new(StringComparer.Ordinal);
    private double? _overall;

    public void Add(string type, TimeSpan run)
    {
        var seconds = Math.Max(run.TotalSeconds, 1e-6);
        _seconds[type] = _seconds.TryGetValue(type, out var mean) ? mean + ((seconds - mean) * Share) : seconds;
        _overall = _overall is { } all ? all + ((seconds - all) * Share) : seconds;
    }

    /// <summary>How many attempts the slots are likely to end in a second.</summary>
    /// <param name="running">Those that run, each with how long it has run: one that takes longer than its type's mean slows the
    /// estimate.</param>
    /// <param name="free">How many slots are free.</param>
    public double PerSecond(IEnumerable<(string Type, TimeSpan Elapsed)> running, int free)
    {
        var rate = _overall is { } all ? free / all : 0;
        foreach (var (type, elapsed) in running)
        {
            // Nothing is known of a type that never ended here: it counts as one that never will.
            rate += _seconds.TryGetValue(type, out var mean) ? 1 / Math.Max(mean, elapsed.TotalSeconds) : 0;
        }

        return rate;
    }
}
