using Cards.Git;

namespace Cards.Parsing;

/// <summary>The one command of the <c>parser</c> stage: a single <c>git show</c> gives the message, the file list and the patch.</summary>
internal static class ShowCommand
{
    /// <summary>Version part <c>parser</c>: rises when the same commit would be parsed into something else.</summary>
    public const string Version = "1.0";

    // Everything a repository's or a user's configuration could change about the output is said outright.
    private static readonly string[] Shape =
    [
        "show", "--no-show-signature", "--no-notes", "--no-mailmap", "--encoding=UTF-8",
        "--format=%H%x00%P%x00%an%x00%aI%x00%s%x00%b%x00",
        "--raw", "-z", "--no-abbrev", "--patch", "--no-diff-merges", "--find-renames=50%", "-l400",
        "--no-color", "--no-ext-diff", "--no-textconv", "--no-relative", "-O/dev/null",
        "--src-prefix=a/", "--dst-prefix=b/", "--submodule=short", "--ignore-submodules=none",
        "--diff-algorithm=histogram", "--indent-heuristic", "--unified=3", "--inter-hunk-context=0",
    ];

    public static IReadOnlyList<string> Arguments(CommitId id) => [.. Shape, "--end-of-options", id.ToString(), "--"];

    /// <exception cref="GitFailedException">git does not know the commit or cannot read it.</exception>
    /// <exception cref="FormatException">git answered in a form that this program does not know.</exception>
    public static async Task<ParsedCommit> RunAsync(GitCommand git, CommitId id, CancellationToken cancellationToken)
    {
        var reply = await git.RunAsync(Arguments(id), cancellationToken).ConfigureAwait(false);
        var commit = ShowReader.Read(reply.Output, reply.Cut);
        return commit.Id == id.ToString()
            ? commit
            : throw new FormatException($"git was asked for {id} and answered with {commit.Id}.");
    }
}
