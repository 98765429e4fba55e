using System.Text.RegularExpressions;

namespace Cards.Making;

/// <summary>A commit's message, cleaned for a learner.</summary>
internal sealed partial record Message
{
    private const int LongestReason = 1_200;

    /// <summary>The subject without the pull request's number.</summary>
    public required string Subject { get; init; }

    /// <summary>Why the change was made, in the author's words; null when the body does not say.</summary>
    public required string? Reason { get; init; }

    /// <summary>The subject says enough to be asked about, or to be asked for.</summary>
    public required bool Telling { get; init; }

    /// <summary>Why a commit of this subject teaches nothing; else null.</summary>
    public required string? Routine { get; init; }

    public static Message Of(string subject, string body)
    {
        var clean = PullRequest().Replace(subject, "").Trim();
        var said = ConventionalPrefix().Replace(clean, "");
        return new Message
        {
            Subject = clean,
            Reason = ReasonOf(clean, body),
            Telling = Word().Count(said) >= 3 && !Empty().IsMatch(said),
            Routine = Dependencies().IsMatch(clean) ? "it only raises dependencies"
                : Release().IsMatch(clean) ? "it only marks a release"
                : null,
        };
    }

    private static string? ReasonOf(string subject, string body)
    {
        var lines = HtmlComment().Replace(body, "").Split('\n').Select(line => line.TrimEnd()).ToList();
        var robot = lines.IndexOf("---");
        if (robot >= 0)
        {
            lines.RemoveRange(robot, lines.Count - robot);
        }

        lines.RemoveAll(line => Trailer().IsMatch(line) || Reference().IsMatch(line) || SameAs(line, subject));
        var told = lines.Where(line => line.Length > 0).ToList();
        // A squashed branch leaves the list of its steps ("* fix build"), which tells nobody why.
        if (told.Count > 0 && told.All(line => Bullet().IsMatch(line)) && told.Average(line => line.Length) < 60)
        {
            return null;
        }

        var text = string.Join('\n', lines).Trim('\n');
        return Word().Count(text) < 8 ? null : Shorten(text);
    }

    private static bool SameAs(string line, string subject) =>
        Bullet().Replace(line, "").Trim().Equals(subject, StringComparison.OrdinalIgnoreCase);

    private static string Shorten(string text)
    {
        if (text.Length <= LongestReason)
        {
            return text;
        }

        var end = text.LastIndexOf("\n\n", LongestReason, StringComparison.Ordinal);
        if (end < LongestReason / 3)
        {
            end = text.LastIndexOf(". ", LongestReason, StringComparison.Ordinal) + 1;
        }

        if (end < LongestReason / 3)
        {
            end = text.LastIndexOf(' ', LongestReason);
        }

        return text[..(end < LongestReason / 3 ? LongestReason : end)].TrimEnd() + " …";
    }

    [GeneratedRegex(@"\s*\(#\d+\)\s*$")]
    private static partial Regex PullRequest();

    [GeneratedRegex(@"^[a-z]+(\([^)]*\))?!?:\s+", RegexOptions.IgnoreCase)]
    private static partial Regex ConventionalPrefix();

    [GeneratedRegex(@"\p{L}{2,}")]
    private static partial Regex Word();

    [GeneratedRegex(@"^(wip|fixup!|squash!|typos?|fix(es|ed)? (typos?|tests?|build|ci|lint|formatting|warnings?)|more |minor|misc|clean ?up"
        + @"|format(ting)?|lint|reformat|code (review|style|cleanup)|address (review|feedback|comments)"
        + @"|update (readme|changelog|docs|copyright)"
        + @"|apply suggestions?|initial commit|first commit)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Empty();

    [GeneratedRegex(@"^(\w+\(deps(-dev)?\)!?:|bump (?!(the )?(package |next )?version)|update dependency |"
        + @"(update|upgrade|refresh) (all )?(\S+ )?dependenc|(update|upgrade) (the )?\.net sdk|"
        + @"lock file maintenance|\[pre-commit\.ci\])", RegexOptions.IgnoreCase)]
    private static partial Regex Dependencies();

    [GeneratedRegex(@"^(chore\(release\)|(prepare |cut |tag )?(for )?(release|version)s? v?\d|v?\d+\.\d+(\.\d+)?\S*$"
        + @"|(bump|set|update|increment) (the )?(package |next )?version|post-release|release$)", RegexOptions.IgnoreCase)]
    private static partial Regex Release();

    [GeneratedRegex(@"^(\w+(-\w+)*-by|change-id|git-svn-id|cc|see-also|refs?|fixes|closes|resolves|bug|issue|pr-url"
        + @"|backport-of|cherry-picked-from):\s+\S|^\(cherry picked from commit", RegexOptions.IgnoreCase)]
    private static partial Regex Trailer();

    [GeneratedRegex(@"^\W*((close[sd]?|fix(e[sd])?|resolve[sd]?|refs?|see|relates? to|related to|contributes to"
        + @"|addresses|supersedes|part of|issue|pr)\s*:?\s*)?((\w[\w.-]*/[\w.-]+)?#\d+|https?://\S+)\W*$", RegexOptions.IgnoreCase)]
    private static partial Regex Reference();

    [GeneratedRegex("<!--.*?-->", RegexOptions.Singleline)]
    private static partial Regex HtmlComment();

    [GeneratedRegex(@"^\s*[*+-]\s+")]
    private static partial Regex Bullet();
}
