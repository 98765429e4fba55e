namespace Pawl;

/// <summary>What the results of a dataset depend on, and how its items are walked.</summary>
public sealed record ItemOptions
{
    /// <summary>The names of the version parts this stage reads; null for all of the job's. A bump of another part makes nothing
    /// old.</summary>
    public IReadOnlyList<string>? Parts { get; init; }

    /// <summary>A hash of the options this stage works with; null is not compared.</summary>
    public string? OptionsHash { get; init; }

    /// <summary>How many items are done at once; 1 to 1,000; default 1.</summary>
    public int Parallel { get; init; } = 1;

    /// <summary>How many items are looked up in the ledger at once; 1 to 1,000; default 200.</summary>
    public int BatchSize { get; init; } = 200;

    /// <summary>After how many results they are stored at the latest; 1 to 1,000; default 100.</summary>
    public int SaveEvery { get; init; } = 100;

    /// <summary>After how long results are stored at the latest; 100 ms to 1 h; default 2 s.</summary>
    public TimeSpan SaveAfter { get; init; } = TimeSpan.FromSeconds(2);
}
