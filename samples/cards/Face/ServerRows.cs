using Cards.Jobs;

namespace Cards.Face;

internal static class ServerRows
{
    public static IEnumerable<(string Name, string Value)> Of(Server server, bool hasKey)
    {
        yield return ("server", server.Url);
        if (!hasKey)
        {
            yield return ("key", $"made in an earlier start, but {Visible.Text(server.KeyFile, int.MaxValue)} is gone");
            yield break;
        }

        yield return ("key", Visible.Text(server.KeyFile, int.MaxValue));
        yield return ("look", $"curl -H \"Authorization: Bearer $(cat {Word(server.KeyFile)})\""
            + $" '{server.Url}/api/jobs?query=type:cards.reprocess&limit=1'");
    }

    /// <summary>A path as one word of a shell, short where it lies below the current folder.</summary>
    private static string Word(string path)
    {
        var below = Path.GetRelativePath(Environment.CurrentDirectory, path);
        var word = below.StartsWith('.') || below.StartsWith('-') ? path : below;
        return word.All(letter => char.IsAsciiLetterOrDigit(letter) || "/._-".Contains(letter, StringComparison.Ordinal))
            ? word
            : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
    }
}
