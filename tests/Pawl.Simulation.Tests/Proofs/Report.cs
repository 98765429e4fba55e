namespace Pawl.Simulation.Tests.Proofs;

/// <summary>What a run showed.</summary>
internal sealed class Report
{
    private const int MostBroken = 20;
    private ulong _hash = 0xCBF29CE484222325;

    /// <summary>The promises that were broken, each with what shows it.</summary>
    public List<string> Broken { get; } = [];

    /// <summary>What happened that is rare, and how often.</summary>
    public SortedDictionary<string, int> Seen { get; } = new(StringComparer.Ordinal);

    /// <summary>Of all that happened in its order: two runs of one number have the same.</summary>
    public ulong Hash => _hash;

    public long Steps { get; set; }

    public long Events { get; set; }

    /// <summary>How long it took until all jobs had ended.</summary>
    public TimeSpan Drain { get; set; }

    public int Jobs { get; set; }

    public void Breaks(string promise, string how)
    {
        if (Broken.Count < MostBroken)
        {
            Broken.Add($"{promise}: {how}");
        }
    }

    public void Saw(string what) => Seen[what] = Seen.GetValueOrDefault(what) + 1;

    public void Mix(long value) => _hash = (_hash ^ (ulong)value) * 0x100000001B3;

    public void Mix(string? text)
    {
        foreach (var letter in text ?? "")
        {
            Mix(letter);
        }
    }
}
