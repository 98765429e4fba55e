using System.Globalization;

namespace Pawl;

/// <summary>A job's number, given by the store and never given twice. On the wire it is a decimal string.</summary>
/// <param name="Value">From 1 up.</param>
public readonly record struct JobId(long Value) : IComparable<JobId>
{
    /// <summary>Reads the decimal form; false for anything that is no positive 64-bit number, or is not as it is written: with a sign, a
    /// blank or a zero in front.</summary>
    public static bool TryParse(string? text, out JobId id)
    {
        var known = TryRead(text, out var value);
        id = known ? new JobId(value) : default;
        return known;
    }

    /// <summary>The same for any number that is an id, so that each has one spelling.</summary>
    internal static bool TryRead(string? text, out long value) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && text[0] != '0';

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
