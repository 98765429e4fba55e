namespace Pawl;

/// <summary>The engine's only source of chance, so that a simulation can replay a run.</summary>
internal interface IChance
{
    /// <summary>64 bits nobody can guess.</summary>
    ulong Next();

    /// <summary>A number from 0 up, less than 1.</summary>
    double NextShare() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A new secret for leases.</summary>
    LeaseToken NextToken() => new(Next(), Next());
}
