using System.Text.RegularExpressions;

namespace Pawl.Tidy.Docs;

/// <summary>Reads as much Markdown as the rules need.</summary>
internal static partial class Markdown
{
    /// <summary>The lines outside fenced blocks, with their numbers.</summary>
    public static IEnumerable<(int Number, string Text)> Prose(SourceFile file)
    {
        var fence = "";
        foreach (var (number, line) in file.Lines)
        {
            var mark = Fence().Match(line).Groups[1].Value;
            if (fence.Length == 0 && mark.Length == 0)
            {
                yield return (number, line);
            }
            else if (fence.Length == 0)
            {
                fence = mark;
            }
            else if (mark.StartsWith(fence, StringComparison.Ordinal))
            {
                fence = "";
            }
        }
    }

    /// <summary>The fenced blocks: the line before, the language, the text within, and where it begins.</summary>
    public static IEnumerable<(string Before, string Language, string Text, int Number)> Blocks(SourceFile file)
    {
        var lines = file.Lines.Select(line => line.Text).ToList();
        for (var at = 0; at < lines.Count; at++)
        {
            if (Fence().Match(lines[at]) is not { Success: true } open)
            {
                continue;
            }

            var fence = open.Groups[1].Value;
            var end = lines.FindIndex(at + 1, line => line.Trim().StartsWith(fence, StringComparison.Ordinal));
            end = end < 0 ? lines.Count : end;
            var before = lines.Take(at).LastOrDefault(line => line.Trim().Length > 0) ?? "";
            yield return (before.Trim(), open.Groups[2].Value.Trim(), string.Join('\n', lines.GetRange(at + 1, end - at - 1)), at + 1);
            at = end;
        }
    }

    /// <summary>What a heading's anchor is called, as GitHub builds it.</summary>
    public static string Anchor(string heading) =>
        NotInAnchor().Replace(heading.Trim().ToLowerInvariant(), "").Replace(' ', '-');

    [GeneratedRegex(@"^\s*(`{3,}|~{3,})(.*)$")]
    private static partial Regex Fence();

    [GeneratedRegex(@"[^\p{L}\p{N}_ -]")]
    private static partial Regex NotInAnchor();
}
