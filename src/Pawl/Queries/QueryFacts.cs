namespace Pawl.Queries;

/// <summary>What a query needs to know that no job tells.</summary>
public sealed record QueryFacts
{
    /// <summary>Nothing but the defaults.</summary>
    public static QueryFacts Default { get; } = new();

    /// <summary>After how long without progress a running job of a type counts as stuck.</summary>
    public IReadOnlyDictionary<string, TimeSpan> StuckAfter { get; init; } = new Dictionary<string, TimeSpan>();

    /// <summary>The same for all other types; default 2 hours.</summary>
    public TimeSpan StuckAfterElse { get; init; } = TimeSpan.FromHours(2);

    /// <summary>Which members of a payload no query finds, by type.</summary>
    internal IReadOnlyDictionary<string, PayloadSecrets> Secrets { get; init; } = new Dictionary<string, PayloadSecrets>();

    /// <summary>What the types say.</summary>
    internal static QueryFacts Of(JobTypes types) => new()
    {
        StuckAfter = types.All.ToDictionary(static type => type.Name, static type => type.StuckAfter, StringComparer.Ordinal),
        Secrets = types.All.Where(static type => type.Hidden is not null)
            .ToDictionary(static type => type.Name, static type => type.Hidden!, StringComparer.Ordinal),
    };

    internal long StuckMicros(string type) => Instants.Of(StuckAfter.GetValueOrDefault(type, StuckAfterElse));
}
