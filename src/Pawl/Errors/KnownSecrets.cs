using System.Collections.Immutable;

namespace Pawl.Errors;

/// <summary>Secrets that are known by their value, so that they are found wherever they are said again: those of a payload, and those
/// that a handler was given by the settings or the environment.</summary>
internal sealed class KnownSecrets
{
    /// <summary>A shorter one could not be told from other words: its place would be seen by what is missing around it.</summary>
    private const int Shortest = 4;

    private ImmutableArray<string> _values = [];

    public KnownSecrets(IEnumerable<string> values)
    {
        foreach (var value in values)
        {
            Add(value);
        }
    }

    /// <summary>Adds one; those that are too short are passed over.</summary>
    public void Add(string value)
    {
        if (value.Length >= Shortest)
        {
            // The longest first: one may be a part of another.
            ImmutableInterlocked.Update(
                ref _values,
                static (all, one) => all.Contains(one) ? all : [.. all.Add(one).OrderByDescending(static each => each.Length)],
                value);
        }
    }

    /// <summary>The text without them.</summary>
    public string Apply(string text)
    {
        foreach (var value in _values)
        {
            text = text.Replace(value, SecretMask.Mask, StringComparison.Ordinal);
        }

        return text;
    }
}
