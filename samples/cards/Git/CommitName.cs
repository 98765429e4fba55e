namespace Cards.Git;

/// <summary>What a user may write to name a commit: an id, a tag, a branch, <c>HEAD~2</c>.</summary>
internal static class CommitName
{
    /// <summary>Null when the name may be shown to git, else what is wrong with it.</summary>
    /// <remarks>Stricter than git: no search (<c>:/text</c>, <c>^{/text}</c>), no upstream, nothing that begins like an option.</remarks>
    public static string? Problem(string name) => name switch
    {
        { Length: 0 } => "A commit name is empty.",
        { Length: > 250 } => "A commit name is longer than 250 characters.",
        _ when name[0] == '-' => $"'{name}' begins with '-', which no commit name does.",
        _ when name.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || ":?*[\\{}".Contains(c)) =>
            $"'{name}' is not a commit id, a tag or a branch: it holds a character that no name may have.",
        _ => null,
    };

    /// <summary>Splits <c>a..b</c>; null when the text names one commit. An open end means HEAD, as in git.</summary>
    public static (string From, string To)? Range(string text)
    {
        var dots = text.IndexOf("..", StringComparison.Ordinal);
        if (dots < 0)
        {
            return null;
        }

        var from = text[..dots];
        var to = text[(dots + 2)..].TrimStart('.');
        return (from.Length == 0 ? "HEAD" : from, to.Length == 0 ? "HEAD" : to);
    }
}
