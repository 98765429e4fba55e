using Pawl.Storage;

namespace Pawl.Cli.Stores;

/// <summary>What a store is, seen from outside and without changing it.</summary>
internal sealed record Inspection
{
    /// <summary><c>sqlite</c> or <c>postgres</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The version of the database's software.</summary>
    public required string Version { get; init; }

    /// <summary>Where it is, without secrets.</summary>
    public required string Place { get; init; }

    /// <summary>Its steps.</summary>
    public required SchemaStatus Schema { get; init; }

    /// <summary>Bytes, by what they are for.</summary>
    public required IReadOnlyDictionary<string, long> Sizes { get; init; }

    /// <summary>The process that has the file; null when nobody has, or where several may.</summary>
    public string? Owner { get; init; }

    /// <summary>Settings of the database that matter, by name.</summary>
    public IReadOnlyDictionary<string, string> Facts { get; init; } = new Dictionary<string, string>();
}
