namespace Pawl;

/// <summary>What somebody may see: queues and types by name, or by the beginning of their name (<c>mail.*</c>). What lies outside does not
/// exist for him.</summary>
/// <param name="Queues">Names and beginnings; null for all.</param>
/// <param name="Types">Names and beginnings; null for all.</param>
public sealed record Scope(IReadOnlyList<string>? Queues = null, IReadOnlyList<string>? Types = null)
{
    /// <summary>All queues and types.</summary>
    public static Scope All { get; } = new();

    /// <summary>Whether nothing lies outside.</summary>
    public bool IsAll => Queues is null && Types is null;

    /// <summary>Whether jobs of a type in a queue lie inside.</summary>
    /// <param name="queue">The queue's name.</param>
    /// <param name="type">The type's name.</param>
    public bool Sees(string queue, string type) => SeesQueue(queue) && SeesType(type);

    /// <summary>Whether a queue lies inside.</summary>
    /// <param name="queue">Its name.</param>
    public bool SeesQueue(string queue) => Matches(Queues, queue);

    /// <summary>Whether a type lies inside.</summary>
    /// <param name="type">Its name.</param>
    public bool SeesType(string type) => Matches(Types, type);

    private static bool Matches(IReadOnlyList<string>? patterns, string name)
    {
        if (patterns is null)
        {
            return true;
        }

        foreach (var pattern in patterns)
        {
            if (pattern.EndsWith('*') ? name.AsSpan().StartsWith(pattern.AsSpan(0, pattern.Length - 1)) : pattern == name)
            {
                return true;
            }
        }

        return false;
    }
}
