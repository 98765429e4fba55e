namespace Pawl.Simulation.Tests.Worlds;

/// <summary>What outlives a crash: a name and a clock that nobody set right.</summary>
internal sealed class Machine(string name)
{
    private long _driftSince;

    public string Name => name;

    /// <summary>How far its wall clock is off.</summary>
    public TimeSpan Offset { get; private set; }

    /// <summary>How much faster than true time its wall clock runs.</summary>
    public double Drift { get; private set; }

    /// <summary>What it shows.</summary>
    /// <param name="begin">What a true clock showed when the virtual time was zero.</param>
    /// <param name="now">The virtual time.</param>
    public DateTimeOffset Wall(long begin, long now) =>
        new(begin + now + Offset.Ticks + (long)((now - _driftSince) * Drift), TimeSpan.Zero);

    /// <summary>Sets its clock off.</summary>
    public void Jump(TimeSpan by) => Offset += by;

    public void Run(double faster, long since) => (Drift, _driftSince) = (faster, since);

    /// <summary>Sets its clock right.</summary>
    public void Heal() => (Offset, Drift) = (TimeSpan.Zero, 0);
}
