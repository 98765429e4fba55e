using Cards.Parsing;

namespace Cards.Making;

/// <summary>Cuts hunks into edits: a hunk may hold several changes that have nothing to do with each other.</summary>
internal static class Edits
{
    private const int Around = 3;

    public static IEnumerable<Edit> Of(ParsedFile file, PathRole role) =>
        file.Hunks.SelectMany(hunk => Of(file, role, hunk));

    private static IEnumerable<Edit> Of(ParsedFile file, PathRole role, ParsedHunk hunk)
    {
        var line = hunk.NewStart;
        var previousEnd = 0;
        for (var start = 0; start < hunk.Lines.Count; start++)
        {
            if (hunk.Lines[start].Kind == LineKind.Context)
            {
                line++;
                continue;
            }
            var end = End(hunk.Lines, start);
            yield return new Edit
            {
                File = file,
                Role = role,
                Function = hunk.Function,
                Line = line,
                Before = Texts(hunk.Lines, Math.Max(previousEnd, start - Around), start),
                Lines = hunk.Lines.Skip(start).Take(end - start).ToList(),
                After = Texts(hunk.Lines, end, NextChange(hunk.Lines, end)),
            };
            line += hunk.Lines.Skip(start).Take(end - start).Count(changed => changed.Kind != LineKind.Removed);
            previousEnd = end;
            start = end - 1;
        }
    }

    // One unchanged line between two changed ones does not part them.
    private static int End(IReadOnlyList<DiffLine> lines, int start)
    {
        var end = start;
        while (IsChange(end) || (end < lines.Count && IsChange(end + 1)))
        {
            end++;
        }

        return end;

        bool IsChange(int at) => at < lines.Count && lines[at].Kind != LineKind.Context;
    }

    private static int NextChange(IReadOnlyList<DiffLine> lines, int from)
    {
        var to = from;
        while (to < lines.Count && to < from + Around && lines[to].Kind == LineKind.Context)
        {
            to++;
        }

        return to;
    }

    private static List<string> Texts(IReadOnlyList<DiffLine> lines, int from, int to) =>
        lines.Skip(from).Take(to - from).Select(line => line.Text).ToList();
}
