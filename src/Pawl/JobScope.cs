namespace Pawl;

/// <summary>Which jobs somebody may see at all. What is outside does not exist for him.</summary>
public sealed record JobScope
{
    /// <summary>Everything.</summary>
    public static JobScope All { get; } = new();

    /// <summary>Only these queues, each a name or the beginning of names with <c>*</c> at its end; null for all.</summary>
    public IReadOnlyList<string>? Queues { get; init; }

    /// <summary>Only these types, written likewise; null for all.</summary>
    public IReadOnlyList<string>? Types { get; init; }

    /// <summary>Whether nothing is outside.</summary>
    public bool IsAll => Queues is null && Types is null;

    /// <summary>Whether jobs of a queue and type are inside.</summary>
    public bool Admits(string queue, string type) => Admits(Queues, queue) && Admits(Types, type);

    private static bool Admits(IReadOnlyList<string>? patterns, string name)
    {
        if (patterns is null)
        {
            return true;
        }

        foreach (var pattern in patterns)
        {
            if (pattern.EndsWith('*') ? name.AsSpan().StartsWith(pattern.AsSpan(0, pattern.Length - 1)) : name == pattern)
            {
                return true;
            }
        }

        return false;
    }
}
