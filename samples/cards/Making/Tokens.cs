using System.Text.RegularExpressions;

namespace Cards.Making;

/// <summary>Cuts a line of any language into names, numbers, blanks and signs.</summary>
internal static partial class Tokens
{
    public static List<string> Of(string line) => Token().Matches(line).Select(match => match.Value).ToList();

    public static bool IsBlank(string token) => string.IsNullOrWhiteSpace(token);

    public static bool IsWord(string token) => token.Length > 0 && (char.IsLetterOrDigit(token[0]) || token[0] == '_');

    /// <summary>The parts of names, in lower case: <c>maxRetryCount</c> and <c>max_retry_count</c> read alike.</summary>
    public static IEnumerable<string> Words(string text) =>
        Word().Matches(text).Select(match => match.Value.ToLowerInvariant()).Where(word => word.Length > 2);

    [GeneratedRegex(@"[\p{L}_][\p{L}\p{N}_]*|\p{N}[\p{L}\p{N}_.]*|\s+|.", RegexOptions.Singleline)]
    private static partial Regex Token();

    [GeneratedRegex(@"\p{Lu}?\p{Ll}+|\p{Lu}+(?!\p{Ll})|\p{N}+")]
    private static partial Regex Word();
}
