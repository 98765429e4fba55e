using System.Text;

namespace Pawl;

/// <summary>The words for enum values on the wire and in the tables: <c>DependencyFailed</c> is <c>dependency_failed</c>.</summary>
internal static class Words
{
    public static string Of<T>(T value)
        where T : struct, Enum => Table<T>.Words[Table<T>.Index(value)];

    public static string? Of<T>(T? value)
        where T : struct, Enum => value is { } known ? Of(known) : null;

    public static bool TryParse<T>(string? word, out T value)
        where T : struct, Enum
    {
        var at = word is null ? -1 : Array.IndexOf(Table<T>.Words, word);
        value = at < 0 ? default : Table<T>.Values[at];
        return at >= 0;
    }

    /// <summary>The value of a word that a store gave back; an unknown one is a damaged or newer row.</summary>
    public static T Parse<T>(string word)
        where T : struct, Enum =>
        TryParse<T>(word, out var value)
            ? value
            : throw new FormatException($"'{word}' is no {typeof(T).Name}; known are {string.Join(", ", Table<T>.Words)}.");

    /// <summary>The value of a word in UTF-8, which a store reads with each row: found without making a string.</summary>
    public static T Parse<T>(ReadOnlySpan<byte> utf8)
        where T : struct, Enum
    {
        var words = Table<T>.Utf8;
        for (var at = 0; at < words.Length; at++)
        {
            if (utf8.SequenceEqual(words[at]))
            {
                return Table<T>.Values[at];
            }
        }

        return Parse<T>(Encoding.UTF8.GetString(utf8));
    }

    public static IReadOnlyList<string> All<T>()
        where T : struct, Enum => Table<T>.Words;

    private static string Snake(string name)
    {
        var text = new StringBuilder(name.Length + 4);
        foreach (var letter in name)
        {
            if (char.IsAsciiLetterUpper(letter) && text.Length > 0)
            {
                text.Append('_');
            }

            text.Append(char.ToLowerInvariant(letter));
        }

        return text.ToString();
    }

    private static class Table<T>
        where T : struct, Enum
    {
        public static readonly T[] Values = Enum.GetValues<T>();
        public static readonly string[] Words = [.. Enum.GetNames<T>().Select(Snake)];
        public static readonly byte[][] Utf8 = [.. Words.Select(Encoding.UTF8.GetBytes)];

        public static int Index(T value)
        {
            var at = Array.IndexOf(Values, value);
            return at >= 0 ? at : throw new ArgumentOutOfRangeException(nameof(value), value, $"No such {typeof(T).Name}.");
        }
    }
}
