namespace Pawl.Storage;

/// <summary>A type that a worker has announced.</summary>
/// <param name="Type">Its name.</param>
/// <param name="SeenAt">When a worker that knows it was last there.</param>
public sealed record KnownType(string Type, DateTimeOffset SeenAt)
{
    /// <summary>The types of a worker's facts, as they are kept.</summary>
    internal static IEnumerable<KnownType> Of(string facts, DateTimeOffset seenAt) =>
        StoreJson.ReadFacts(facts).Types.Select(type => new KnownType(type, seenAt));

    /// <summary>Each type as it was seen last, by name.</summary>
    internal static IReadOnlyList<KnownType> Latest(IEnumerable<KnownType> types) =>
    [
        .. types.GroupBy(type => type.Type, StringComparer.Ordinal).Select(same => same.MaxBy(type => type.SeenAt)!)
            .OrderBy(type => type.Type, StringComparer.Ordinal),
    ];
}
