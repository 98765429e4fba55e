using System.Text;

namespace Pawl.Queries;

/// <summary>One of the values of a term: a text or the beginning of one, a set of words, or a range.</summary>
internal sealed class Value
{
    private byte[]? _utf8;

    public string Text { get; init; } = "";

    /// <summary>Whether <see cref="Text"/> is only the beginning.</summary>
    public bool Prefix { get; init; }

    /// <summary>The words of an enum that will do, a bit each.</summary>
    public long Words { get; init; }

    /// <summary>The least and the most of a range, both included: a number, microseconds since 1970, or of an age.</summary>
    public long Least { get; init; } = long.MinValue;

    public long Most { get; init; } = long.MaxValue;

    /// <summary>Whether the range is one of ages: the time from it until now.</summary>
    public bool Age { get; init; }

    /// <summary>A range of what a payload holds.</summary>
    public Between? Between { get; init; }

    public ReadOnlySpan<byte> Utf8 => _utf8 ??= Encoding.UTF8.GetBytes(Text);

    /// <summary>The number that the text is; null when it is none.</summary>
    public decimal? Number { get; init; }

    public bool Has<T>(T word)
        where T : struct, Enum => (Words >> Convert.ToInt32(word, null) & 1) != 0;

    public bool HasAt(int word) => (Words >> word & 1) != 0;

    public bool Fits(string? text) =>
        text is not null && (Prefix ? text.StartsWith(Text, StringComparison.Ordinal) : text == Text);

    public bool IsPartOf(string? text) =>
        text is not null && (Prefix
            ? text.StartsWith(Text, StringComparison.OrdinalIgnoreCase)
            : text.Contains(Text, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether a time is in the range. Microseconds since 1970.</summary>
    public bool Holds(long? time, long now) => time is { } known && (Age ? now - known : known) is var at && at >= Least && at <= Most;

    public bool Holds(long number) => number >= Least && number <= Most;
}

/// <summary>A range of what a payload holds: numbers when both ends are, else texts in the order of their characters.</summary>
internal sealed record Between(string? From, bool WithFrom, string? To, bool WithTo)
{
    public decimal? FromNumber { get; init; }

    public decimal? ToNumber { get; init; }

    private bool IsNumeric => (From is null || FromNumber is not null) && (To is null || ToNumber is not null);

    public bool Holds(decimal number) =>
        IsNumeric
        && (FromNumber is not { } from || (WithFrom ? number >= from : number > from))
        && (ToNumber is not { } to || (WithTo ? number <= to : number < to));

    public bool Holds(string text) => Numbers.Read(text) is { } number && IsNumeric
        ? Holds(number)
        : !IsNumeric && Above(text) && Below(text);

    private bool Above(string text) => From is null || string.CompareOrdinal(text, From) >= (WithFrom ? 0 : 1);

    private bool Below(string text) => To is null || string.CompareOrdinal(text, To) <= (WithTo ? 0 : -1);
}
