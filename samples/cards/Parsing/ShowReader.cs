using System.Globalization;

namespace Cards.Parsing;

/// <summary>Reads what <see cref="ShowCommand"/> makes git write: fields ended by NUL, then the file list, then the patch.</summary>
internal static class ShowReader
{
    /// <summary>More files are counted as left out: nobody learns from the two-thousandth file of a commit.</summary>
    public const int MostFiles = 2_000;

    /// <param name="output">All that git wrote, or its beginning.</param>
    /// <param name="cut">The end is missing because there was too much of it.</param>
    /// <exception cref="FormatException">The beginning is not what was asked for.</exception>
    public static ParsedCommit Read(ReadOnlySpan<byte> output, bool cut)
    {
        var id = Field(ref output);
        var parents = Field(ref output);
        var author = Field(ref output);
        var at = Field(ref output);
        var subject = Field(ref output);
        var body = Field(ref output);

        var files = FileList(ref output, out var listCut);
        // Half a line would be read as another line than it is.
        if (cut)
        {
            output = output[..(output.LastIndexOf((byte)'\n') + 1)];
        }

        var patch = new PatchReader();
        patch.Read(output, files.Count, IsSplit);
        bool IsSplit(int index) => files[index].Change == FileChange.Turned;
        if (!cut && parents.IndexOf(' ', StringComparison.Ordinal) < 0 && patch.Files != files.Count)
        {
            throw new FormatException($"git's file list has {files.Count} files and its patch {patch.Files}.");
        }

        var parsed = files.Select((file, index) => patch.Complete(file, index)).ToList();
        return new ParsedCommit
        {
            Id = id,
            Parents = parents.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            Author = author,
            AuthoredAt = Time(at),
            Subject = subject,
            Body = body.ReplaceLineEndings("\n").Trim(),
            Files = parsed.Take(MostFiles).ToList(),
            Truncated = cut || listCut || parsed.Count > MostFiles || patch.Truncated || parsed.Any(file => file.Truncated),
        };
    }

    private static string Field(ref ReadOnlySpan<byte> rest)
    {
        var end = rest.IndexOf((byte)0);
        if (end < 0)
        {
            throw new FormatException("git's answer ends inside the commit's header.");
        }

        var text = Letters.Read(rest[..end]);
        rest = rest[(end + 1)..];
        return text;
    }

    // A commit may claim any date, also one that no calendar has; git then writes nothing.
    private static DateTimeOffset Time(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var at) ? at : DateTimeOffset.UnixEpoch;

    // Each entry is ":100644 100755 <old id> <new id> R073", NUL, path, NUL and for renames and copies the new path, NUL.
    private static List<ParsedFile> FileList(ref ReadOnlySpan<byte> rest, out bool cut)
    {
        var files = new List<ParsedFile>();
        cut = false;
        SkipEnds(ref rest);
        while (rest.Length > 0 && rest[0] == (byte)':')
        {
            if (!TryField(ref rest, out var facts) || !TryField(ref rest, out var path))
            {
                return Cut(ref rest, out cut, files);
            }

            var parts = facts.Split(' ');
            if (parts.Length != 5 || parts[4].Length == 0)
            {
                throw new FormatException($"git's file list has an entry of another form: '{facts}'.");
            }

            var change = Change(parts[4][0]);
            string? oldPath = null;
            if (change is FileChange.Renamed or FileChange.Copied)
            {
                oldPath = path;
                if (!TryField(ref rest, out path))
                {
                    return Cut(ref rest, out cut, files);
                }
            }
            files.Add(new ParsedFile
            {
                Path = path,
                OldPath = oldPath,
                Change = change,
                Nature = Nature(change == FileChange.Deleted ? parts[0] : parts[1]),
                Similarity = oldPath is null ? null : int.Parse(parts[4].AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture),
            });
        }
        SkipEnds(ref rest);
        return files;
    }

    // Between its parts git writes NUL, LF or both, depending on which parts there are.
    private static void SkipEnds(ref ReadOnlySpan<byte> rest) => rest = rest.TrimStart("\0\n"u8);

    private static bool TryField(ref ReadOnlySpan<byte> rest, out string text)
    {
        text = "";
        if (!rest.Contains((byte)0))
        {
            return false;
        }

        text = Field(ref rest);
        return true;
    }

    private static List<ParsedFile> Cut(ref ReadOnlySpan<byte> rest, out bool cut, List<ParsedFile> files)
    {
        cut = true;
        rest = default;
        return files;
    }

    private static FileChange Change(char letter) => letter switch
    {
        'A' => FileChange.Added,
        'D' => FileChange.Deleted,
        'R' => FileChange.Renamed,
        'C' => FileChange.Copied,
        'T' => FileChange.Turned,
        _ => FileChange.Modified,
    };

    private static FileNature Nature(string modeWithColon) => modeWithColon.TrimStart(':') switch
    {
        "120000" => FileNature.Link,
        "160000" => FileNature.Submodule,
        _ => FileNature.Plain,
    };
}
