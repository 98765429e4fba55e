using Cards.Parsing;

namespace Pawl.Cards.Tests;

/// <summary>Builds parsed commits from short diffs, so that a test shows the change and nothing else.</summary>
internal static class Commits
{
    public static ParsedCommit Of(string subject, string body, params ParsedFile[] files) => new()
    {
        Id = new string('a', 40),
        Parents = [new string('b', 40)],
        Author = "Author",
        AuthoredAt = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        Subject = subject,
        Body = body,
        Files = files,
    };

    /// <param name="diff">Lines that begin with ' ', '-' or '+'; a line that begins with '@' opens a hunk and names its function.</param>
    public static ParsedFile File(string path, string diff)
    {
        var hunks = new List<ParsedHunk>();
        var lines = new List<DiffLine>();
        foreach (var line in ("@" + diff.ReplaceLineEndings("\n").TrimStart('@')).Split('\n'))
        {
            if (line.StartsWith('@'))
            {
                lines = [];
                var start = 10 + hunks.Count * 50;
                hunks.Add(new ParsedHunk { OldStart = start, NewStart = start, Function = line[1..], Lines = lines });
                continue;
            }
            lines.Add(new DiffLine(line[0] switch { '+' => LineKind.Added, '-' => LineKind.Removed, _ => LineKind.Context }, line[1..]));
        }
        var all = hunks.SelectMany(hunk => hunk.Lines).ToList();
        return new ParsedFile
        {
            Path = path,
            Change = FileChange.Modified,
            Nature = FileNature.Plain,
            Hunks = hunks,
            Added = all.Count(line => line.Kind == LineKind.Added),
            Removed = all.Count(line => line.Kind == LineKind.Removed),
        };
    }
}
