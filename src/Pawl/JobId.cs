using System.Globalization;

namespace Pawl;

/// <summary>A job's number, given by the store and never given twice. On the wire it is a decimal string.</summary>
/// <param name="Value">From 1 up.</param>
public readonly record struct JobId(long Value) : IComparable<JobId>
{
    /// <summary>Reads the decimal form; false for anything that is no positive 64-bit number.</summary>
    public static bool TryParse(string? text, out JobId id)
    {
        var known = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value > 0;
        id = known ? new JobId(value) : default;
        return known;
    }

    /// <inheritdoc/>
    public int CompareTo(JobId other) => Value.CompareTo(other.Value);

    /// <summary>Whether one id was given before another.</summary>
    public static bool operator <(JobId left, JobId right) => left.Value < right.Value;

    /// <summary>Whether one id was given after another.</summary>
    public static bool operator >(JobId left, JobId right) => left.Value > right.Value;

    /// <summary>Whether one id was given before another or is the same.</summary>
    public static bool operator <=(JobId left, JobId right) => left.Value <= right.Value;

    /// <summary>Whether one id was given after another or is the same.</summary>
    public static bool operator >=(JobId left, JobId right) => left.Value >= right.Value;

    /// <summary>The decimal form.</summary>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
