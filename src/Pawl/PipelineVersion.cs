using System.Collections.ObjectModel;
using System.Diagnostics.CodeAnalysis;

namespace Pawl;

/// <summary>The version of a pipeline as named parts in their order, written <c>parser-1.2/cards-v1</c>.</summary>
/// <remarks>
/// A stage reads some of the parts. A part it does not read may change without making its results old. Two versions are equal when their
/// texts are.
/// </remarks>
public sealed class PipelineVersion : IEquatable<PipelineVersion>
{
    private const int LongestName = 50;
    private const int LongestVersion = 100;

    private readonly PipelinePart[] _parts;

    private PipelineVersion(PipelinePart[] parts) => _parts = parts;

    /// <summary>No parts at all.</summary>
    public static PipelineVersion None { get; } = new([]);

    /// <summary>The parts, in their order.</summary>
    public IReadOnlyList<PipelinePart> Parts => field ??= new ReadOnlyCollection<PipelinePart>(_parts);

    /// <summary>The version of a part; null when there is no such part.</summary>
    public string? this[string name]
    {
        get
        {
            foreach (var part in _parts)
            {
                if (string.Equals(part.Name, name, StringComparison.Ordinal))
                {
                    return part.Version;
                }
            }

            return null;
        }
    }

    /// <summary>A version of these parts.</summary>
    /// <exception cref="ArgumentException">A name or a version is not allowed, or a name is there twice.</exception>
    public static PipelineVersion Of(params IEnumerable<PipelinePart> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        PipelinePart[] all = [.. parts];
        return Fault(all) is { } fault ? throw new ArgumentException(fault, nameof(parts)) : all.Length == 0 ? None : new(all);
    }

    /// <summary>A version of these parts, as a job and the ledger keep them.</summary>
    /// <param name="parts">Versions by the names of their parts.</param>
    /// <exception cref="ArgumentException">A name or a version is not allowed.</exception>
    public static PipelineVersion Of(IReadOnlyDictionary<string, string> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        return Of(parts.Select(part => new PipelinePart(part.Key, part.Value)));
    }

    /// <summary>Reads the text form: parts between slashes, and in each the name up to its first hyphen.</summary>
    /// <exception cref="FormatException">The text is no version; the message says why.</exception>
    public static PipelineVersion Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = Split(text);
        return Fault(parts) is { } fault ? throw new FormatException($"'{text}' is no pipeline version: {fault}") : new(parts);
    }

    /// <summary>Reads the text form; false when it is none. An empty text is none.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out PipelineVersion? version)
    {
        var parts = text is null ? null : Split(text);
        version = parts is null || Fault(parts) is not null ? null : new(parts);
        return version is not null;
    }

    /// <summary>Versions by the names of their parts, in the same order.</summary>
    public IReadOnlyDictionary<string, string> ToDictionary() =>
        new OrderedDictionary<string, string>(_parts.Select(part => KeyValuePair.Create(part.Name, part.Version)), StringComparer.Ordinal);

    /// <summary>The parts with these names, in their order here. Names that are not there are passed over.</summary>
    public PipelineVersion Only(params IEnumerable<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        var wanted = names.ToHashSet(StringComparer.Ordinal);
        return new([.. _parts.Where(part => wanted.Contains(part.Name))]);
    }

    /// <inheritdoc/>
    public bool Equals(PipelineVersion? other) => other is not null && _parts.AsSpan().SequenceEqual(other._parts);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PipelineVersion);

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <summary>As in <c>parser-1.2/cards-v1</c>; empty when there are no parts.</summary>
    public override string ToString() => string.Join('/', _parts);

    private static PipelinePart[] Split(string text) =>
    [
        .. text.Split('/').Select(part =>
            part.IndexOf('-', StringComparison.Ordinal) is var at and >= 0
                ? new PipelinePart(part[..at], part[(at + 1)..])
                : new PipelinePart(part, "")),
    ];

    private static string? Fault(PipelinePart[] parts)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, version) in parts)
        {
            if (name is not { Length: >= 1 and <= LongestName } || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.'))
            {
                return $"the name of a part is 1 to {LongestName} letters, digits, '_' or '.', but was '{name}'. Write name-version.";
            }

            if (version is not { Length: >= 1 and <= LongestVersion } || !version.All(c => c is > ' ' and < '\x7f' and not '/'))
            {
                return $"the version of '{name}' is 1 to {LongestVersion} visible ASCII characters without '/', but was '{version}'.";
            }

            if (!seen.Add(name))
            {
                return $"the part '{name}' is there twice.";
            }
        }

        return null;
    }
}
