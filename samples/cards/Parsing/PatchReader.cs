using System.Globalization;
using System.Text.RegularExpressions;

namespace Cards.Parsing;

/// <summary>Reads the patch part. Its sections stand in the order of the file list, so no path in it has to be understood.</summary>
/// <remarks>
/// A hunk's header says how many lines follow. Only that count tells content from headers: a removed line <c>-- a</c>
/// looks just like a file header.
/// </remarks>
internal sealed partial class PatchReader
{
    /// <summary>Per file. A longer diff is a rewrite or data, and teaches nothing line by line.</summary>
    public const int MostLinesOfFile = 3_000;

    /// <summary>Per commit.</summary>
    public const int MostLines = 30_000;

    /// <summary>Per line, in characters; minified files have lines of megabytes.</summary>
    public const int LongestLine = 1_000;

    private readonly Dictionary<int, Section> _sections = [];
    private int _kept;

    public bool Truncated { get; private set; }

    /// <summary>How many files the patch spoke of.</summary>
    public int Files => _sections.Count;

    /// <param name="patch">From the first section on; may be empty.</param>
    /// <param name="files">How many files the list has.</param>
    /// <param name="isSplit">True for a file whose change git writes as two sections, a deletion and a creation.</param>
    public void Read(ReadOnlySpan<byte> patch, int files, Func<int, bool> isSplit)
    {
        var index = -1;
        var secondHalf = false;
        Section? section = null;
        while (patch.Length > 0)
        {
            var line = Line(ref patch);
            if (section is { Open: true })
            {
                Content(section, line);
            }
            else if (line.StartsWith("diff --git "u8))
            {
                secondHalf = !secondHalf && index >= 0 && isSplit(index);
                index += secondHalf ? 0 : 1;
                if (index >= files)
                {
                    throw new FormatException("git's patch has more files than its file list.");
                }

                section = secondHalf ? _sections[index] : _sections[index] = new Section();
            }
            else if (section is not null)
            {
                Header(section, line);
            }
        }
    }

    public ParsedFile Complete(ParsedFile file, int index)
    {
        if (!_sections.TryGetValue(index, out var section))
        {
            return file;
        }

        return file with
        {
            Binary = section.Binary,
            Hunks = section.Hunks,
            Added = section.Added,
            Removed = section.Removed,
            Truncated = section.Truncated,
        };
    }

    private static void Header(Section section, ReadOnlySpan<byte> line)
    {
        if (line.StartsWith("Binary files "u8))
        {
            section.Binary = true;
        }

        if (!line.StartsWith("@@ "u8))
        {
            return;
        }

        var match = HunkHeader().Match(Letters.Read(line));
        if (!match.Success)
        {
            throw new FormatException("git's patch has a hunk header of another form.");
        }

        section.OldLeft = Number(match, "oc", 1);
        section.NewLeft = Number(match, "nc", 1);
        section.Lines = [];
        section.Hunks.Add(new ParsedHunk
        {
            OldStart = Number(match, "os", 0),
            NewStart = Number(match, "ns", 0),
            Function = match.Groups["fn"].Value.Trim(),
            Lines = section.Lines,
        });
    }

    private void Content(Section section, ReadOnlySpan<byte> line)
    {
        var kind = line.Length == 0 ? LineKind.Context : line[0] switch
        {
            (byte)'+' => LineKind.Added,
            (byte)'-' => LineKind.Removed,
            (byte)'\\' => (LineKind?)null,   // "\ No newline at end of file" counts as no line
            _ => LineKind.Context,
        };
        if (kind is not { } known)
        {
            return;
        }

        section.OldLeft -= known == LineKind.Added ? 0 : 1;
        section.NewLeft -= known == LineKind.Removed ? 0 : 1;
        section.Added += known == LineKind.Added ? 1 : 0;
        section.Removed += known == LineKind.Removed ? 1 : 0;
        if (section.Kept >= MostLinesOfFile || _kept >= MostLines)
        {
            section.Truncated = Truncated = true;
            return;
        }
        section.Kept++;
        _kept++;
        section.Lines.Add(new DiffLine(known, Text(line.Length == 0 ? line : line[1..])));
    }

    private static string Text(ReadOnlySpan<byte> line)
    {
        if (line.Length > 0 && line[^1] == (byte)'\r')
        {
            line = line[..^1];
        }

        var overlong = line.Length > LongestLine * 4;
        var text = Letters.Read(overlong ? line[..(LongestLine * 4)] : line);
        return text.Length > LongestLine ? text[..LongestLine] + "…" : overlong ? text + "…" : text;
    }

    private static ReadOnlySpan<byte> Line(ref ReadOnlySpan<byte> rest)
    {
        var end = rest.IndexOf((byte)'\n');
        var line = end < 0 ? rest : rest[..end];
        rest = end < 0 ? default : rest[(end + 1)..];
        return line;
    }

    private static int Number(Match match, string group, int otherwise) =>
        match.Groups[group] is { Success: true } found
            ? int.Parse(found.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture)
            : otherwise;

    [GeneratedRegex(@"^@@ -(?<os>\d+)(,(?<oc>\d+))? \+(?<ns>\d+)(,(?<nc>\d+))? @@(?<fn>.*)$", RegexOptions.Singleline)]
    private static partial Regex HunkHeader();

    private sealed class Section
    {
        public List<ParsedHunk> Hunks { get; } = [];
        public List<DiffLine> Lines { get; set; } = [];
        public bool Binary { get; set; }
        public bool Truncated { get; set; }
        public int OldLeft { get; set; }
        public int NewLeft { get; set; }
        public int Added { get; set; }
        public int Removed { get; set; }
        public int Kept { get; set; }
        public bool Open => OldLeft > 0 || NewLeft > 0;
    }
}
