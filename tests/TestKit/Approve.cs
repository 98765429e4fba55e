using System.Runtime.CompilerServices;
using System.Text;

namespace TestKit;

/// <summary>Compares a text with the one a person approved, which stands in the source tree.</summary>
internal static class Approve
{
    private const int LinesShown = 40;

    /// <summary>Fails unless the approved file holds this text. A mismatch leaves <c>name.received.ext</c> beside it.</summary>
    /// <param name="text">What the program says today.</param>
    /// <param name="file">The approved file, relative to the calling test's folder, or to the root if it begins with /.</param>
    /// <param name="caller">Filled in by the compiler.</param>
    public static void Text(string text, string file, [CallerFilePath] string caller = "")
    {
        var path = file.StartsWith('/') ? Repository.PathTo(file[1..]) : Path.Combine(FolderOf(caller), file);
        if (Check(text, path, rewrite: Environment.GetEnvironmentVariable("PAWL_APPROVE") == "1") is { } problem)
        {
            Assert.Fail(problem);
        }
    }

    /// <summary>Null when the file holds the text or was rewritten; else what to tell the reader.</summary>
    public static string? Check(string text, string path, bool rewrite)
    {
        var actual = Normalize(text);
        var received = Path.Combine(
            Path.GetDirectoryName(path)!,
            $"{Path.GetFileNameWithoutExtension(path)}.received{Path.GetExtension(path)}");
        var approved = File.Exists(path) ? Normalize(File.ReadAllText(path)) : null;
        if (actual == approved || rewrite)
        {
            if (actual != approved)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.WriteAllText(path, actual);
            }

            File.Delete(received);
            return null;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(received, actual);
        var shown = Path.GetRelativePath(Repository.Root, path);
        return $"""
            {shown} {(approved is null ? "does not exist yet" : "is not what the program says")}. Received: {Path.GetFileName(received)}.
            If the new text is right, run this test again with PAWL_APPROVE=1 and commit the file.
            {Difference(approved ?? "", actual)}
            """;
    }

    /// <summary>The lines that went and came, each with its number in its own text.</summary>
    public static string Difference(string before, string after)
    {
        var (old, young) = (before.Split('\n'), after.Split('\n'));
        var common = CommonLengths(old, young);
        var text = new StringBuilder();
        var shown = 0;
        for (int i = 0, j = 0; i < old.Length || j < young.Length;)
        {
            if (i < old.Length && j < young.Length && old[i] == young[j])
            {
                (i, j) = (i + 1, j + 1);
                continue;
            }

            if (++shown > LinesShown)
            {
                text.AppendLine("…");
                break;
            }

            text.AppendLine(j == young.Length || (i < old.Length && common[i + 1, j] >= common[i, j + 1])
                ? $"{i + 1,5} - {old[i++]}"
                : $"{j + 1,5} + {young[j++]}");
        }

        return text.ToString();
    }

    /// <summary>For each pair of positions, how many lines the two rests have in common.</summary>
    private static int[,] CommonLengths(string[] old, string[] young)
    {
        var lengths = new int[old.Length + 1, young.Length + 1];
        for (var i = old.Length - 1; i >= 0; i--)
        {
            for (var j = young.Length - 1; j >= 0; j--)
            {
                lengths[i, j] = old[i] == young[j] ? lengths[i + 1, j + 1] + 1 : Math.Max(lengths[i + 1, j], lengths[i, j + 1]);
            }
        }

        return lengths;
    }

    private static string Normalize(string text) => text.ReplaceLineEndings("\n").TrimEnd() + "\n";

    // A build for a release maps source paths to /_/, so the folder is found by its place under the root.
    private static string FolderOf(string caller)
    {
        const string Mapped = "/_/";
        var path = caller.StartsWith(Mapped, StringComparison.Ordinal) ? Repository.PathTo(caller[Mapped.Length..]) : caller;
        return Path.GetDirectoryName(path)!;
    }
}
