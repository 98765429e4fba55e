using System.Globalization;

namespace Pawl.Queries;

/// <summary>Numbers as JSON and people write them.</summary>
internal static class Numbers
{
    private const NumberStyles Form = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    /// <summary>The number that a text is; null when it is none, or larger than 28 digits.</summary>
    public static decimal? Read(ReadOnlySpan<char> text) =>
        decimal.TryParse(text, Form, CultureInfo.InvariantCulture, out var number) ? number : null;
}
