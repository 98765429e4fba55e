using System.Text.RegularExpressions;
using Cards.Parsing;

namespace Cards.Making;

/// <summary>How much an edit teaches, in points; 0 means that no card is made of it. The rules stand in this sample's README.</summary>
internal static partial class Worth
{
    public const int MostLines = 16;

    public static int Of(Edit edit, IReadOnlySet<string> subjectWords)
    {
        var changed = edit.Removed.Concat(edit.Added).ToList();
        if (edit.Changed > MostLines || edit.File.Truncated || IsFormatting(edit) || IsVersion(edit)
            || changed.All(line => Import().IsMatch(line) || !line.Any(char.IsLetterOrDigit)))
        {
            return 0;
        }

        var points = edit.Role switch
        {
            PathRole.Source => 60,
            PathRole.Settings => 30,
            PathRole.Test => 25,
            PathRole.Prose => 15,
            _ => 0,
        };
        // A reworded sentence cannot be guessed and need not be known by heart; code within a guide can.
        if (points == 0 || changed.Where(line => line.Any(char.IsLetterOrDigit)).All(IsSentence))
        {
            return 0;
        }

        points += edit.Changed switch { <= 6 => 15, <= 10 => 8, _ => 0 };
        points += edit.Function.Length > 0 ? 8 : 0;
        points += Math.Min(18, 6 * changed.SelectMany(Tokens.Words).Distinct().Count(subjectWords.Contains));
        points += edit.Removed.Any() && edit.Added.Any() && Likeness(edit) >= 0.3 ? 12 : 0;
        points -= edit.File.Change == FileChange.Added ? 25 : 0;
        points -= edit.Role != PathRole.Prose && changed.All(line => Comment().IsMatch(line)) ? 35 : 0;
        return Math.Max(0, points);
    }

    /// <summary>How many words of the message turn up in an edit or in its place; words that begin alike count as one.</summary>
    public static int Echo(Edit edit, string message)
    {
        var said = Tokens.Words(message).Select(Stem).ToHashSet();
        return edit.Removed.Concat(edit.Added).Append(edit.Function).Append(edit.File.Path).SelectMany(Tokens.Words).Select(Stem).Distinct()
            .Count(said.Contains);
    }

    /// <summary>Share of words that the old and the new lines have in common, 0 to 1.</summary>
    public static double Likeness(Edit edit)
    {
        var was = Words(edit.Removed);
        var now = Words(edit.Added);
        var all = was.Union(now).Count();
        return all == 0 ? 0 : (double)was.Intersect(now).Count() / all;
    }

    /// <summary>The same change in many places has the same signature wherever it stands.</summary>
    public static string Signature(Edit edit)
    {
        if (edit.Removed.Count() != 1 || edit.Added.Count() != 1)
        {
            return Squeeze(edit.Removed) + "\n" + Squeeze(edit.Added);
        }

        var difference = LineDifference.Of(edit.Removed.First(), edit.Added.First());
        return difference.Old + "\n" + difference.New;
    }

    private static string Stem(string word) => word.Length > 5 ? word[..5] : word;

    // Six words or more, and hardly a sign that only code has; a comment may have such signs.
    private static bool IsSentence(string line)
    {
        var text = Comment().Replace(line, "");
        var isComment = text.Length < line.TrimStart().Length;
        return SpokenWord().Count(text) >= 6 && (isComment || text.Count(c => "(){}[]=;<>|&$_".Contains(c)) <= 2);
    }

    private static HashSet<string> Words(IEnumerable<string> lines) => lines.SelectMany(Tokens.Of).Where(Tokens.IsWord).ToHashSet();

    // Re-indenting, re-wrapping, moving a comma or a quote: the same letters in the same order.
    private static bool IsFormatting(Edit edit) => edit.Removed.Any() && edit.Added.Any() && Squeeze(edit.Removed) == Squeeze(edit.Added);

    private static string Squeeze(IEnumerable<string> lines) =>
        string.Concat(lines.SelectMany(line => line).Where(c => !char.IsWhiteSpace(c) && !",;\"'`".Contains(c)));

    private static bool IsVersion(Edit edit) =>
        edit.Removed.Any() && Version().Replace(string.Concat(edit.Removed), "") == Version().Replace(string.Concat(edit.Added), "")
        && Version().IsMatch(string.Concat(edit.Added));

    [GeneratedRegex(@"^\s*(using\s+(static\s+)?[\w.]+(\s*=.*)?;|import\b|from\s+\S+\s+import\b|#include\b|require(_relative)?\b|alias\s"
        + @"|use\s+[\w:{}, ]+;|(const|let|var)\s.*\brequire\(|global using\b|package\s+[\w.]+;?|namespace\s+[\w.]+;?)")]
    private static partial Regex Import();

    [GeneratedRegex(@"^\s*(//|#(?!\[)|/\*|\*|--\s|<!--|;;|""""""|%\s|'''|$)")]
    private static partial Regex Comment();

    [GeneratedRegex(@"(?<![\w.])\p{L}+(?![\w.(])|\p{L}+[.,:]?(?=\s|$)")]
    private static partial Regex SpokenWord();

    [GeneratedRegex(@"v?\d+(\.\d+)+([-+.][\w.]+)?|\b[0-9a-f]{40}\b")]
    private static partial Regex Version();
}
