using Pawl.Chaos.Tests.Faults;

namespace Pawl.Chaos.Tests.History;

/// <summary>All that is known of one run under faults, when it has been drained.</summary>
internal sealed record Run
{
    public required IReadOnlyList<Call> Calls { get; init; }

    public required IReadOnlyList<Effect> Effects { get; init; }

    public required IReadOnlyList<Life> Lives { get; init; }

    public required Stored Stored { get; init; }

    /// <summary>At how many losses a job ends.</summary>
    public required int LossCap { get; init; }

    /// <summary>Within how long a ready process must have ended the attempts of those that died before it.</summary>
    public required TimeSpan RecoveryLimit { get; init; }

    /// <summary>What was done to the store or to a process other than killing it.</summary>
    public IReadOnlyList<Fault> Faults { get; init; } = [];

    /// <summary>After how long a silent process's lease ends.</summary>
    public TimeSpan LeaseTtl { get; init; } = Load.Lease;

    /// <summary>The most that the memory of a process may grow.</summary>
    public long? MemoryGrowthMb { get; init; }

    /// <summary>What was seen from outside, and how processes met stores that were not as they should be.</summary>
    public IReadOnlyList<object> Seen { get; init; } = [];

    /// <summary>Whether several processes lived at the same time, on a store they share.</summary>
    public bool Together { get; init; }
}
