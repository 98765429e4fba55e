using System.Diagnostics.CodeAnalysis;

namespace Cards.Git;

/// <summary>A full commit id: 40 or 64 lower-case hexadecimal digits, so it can never be read as an option or a path.</summary>
internal readonly record struct CommitId
{
    private readonly string? _text;

    private CommitId(string text) => _text = text;

    /// <summary>The first ten digits, for people.</summary>
    public string Short => ToString()[..10];

    public static bool TryParse([NotNullWhen(true)] string? text, out CommitId id)
    {
        var whole = text is { Length: 40 or 64 } && text.All(char.IsAsciiHexDigitLower);
        id = whole ? new CommitId(text!) : default;
        return whole;
    }

    public static CommitId Parse(string text) =>
        TryParse(text, out var id) ? id : throw new FormatException($"'{text}' is not a full commit id.");

    public override string ToString() => _text ?? throw new InvalidOperationException("This commit id was never set.");
}
