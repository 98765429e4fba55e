namespace Pawl.Simulation.Tests.Worlds;

/// <summary>Chance that is the same on every machine and with every version of the runtime (SplitMix64).</summary>
internal sealed class Dice(ulong seed) : IChance
{
    private ulong _state = seed;

    public ulong Next()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>A number from 0 up, less than 1.</summary>
    public double Share() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A number from 0 up, below a bound.</summary>
    public int Below(int bound) => (int)(Next() % (ulong)bound);

    /// <summary>Whether something of this probability happens.</summary>
    public bool Happens(double probability) => probability > 0 && Share() < probability;

    /// <summary>A length of time, in whole milliseconds.</summary>
    public TimeSpan Between(TimeSpan least, TimeSpan most) =>
        TimeSpan.FromMilliseconds(Math.Floor(least.TotalMilliseconds + (Share() * (most - least).TotalMilliseconds)));

    /// <summary>A length of time in seconds.</summary>
    public TimeSpan Seconds(double least, double most) => Between(TimeSpan.FromSeconds(least), TimeSpan.FromSeconds(most));

    public T Pick<T>(params ReadOnlySpan<T> of) => of[Below(of.Length)];

    /// <summary>Dice of its own for one purpose: throwing more of them changes nothing for the others.</summary>
    public static Dice For(int run, string purpose)
    {
        var seed = ((ulong)(uint)run * 0xD1342543DE82EF95) + 0x2545F4914F6CDD1D;
        foreach (var letter in purpose)
        {
            seed = (seed ^ letter) * 0x100000001B3;   // not GetHashCode: it differs from process to process
        }

        return new(seed);
    }
}
