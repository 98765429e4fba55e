using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Cards.Git;

/// <summary>A repository on disk, bare or not, read through the git program.</summary>
internal sealed class Repository
{
    /// <summary>Nobody learns more in one deck, and their ids still fit into one job.</summary>
    public const int MostCommits = 15_000;

    private Repository(string folder, string gitFolder, string name)
    {
        Git = new GitCommand(folder);
        Folder = folder;
        Key = "repository:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(gitFolder)).AsSpan(0, 16));
        Name = name;
    }

    public GitCommand Git { get; }

    /// <summary>Absolute.</summary>
    public string Folder { get; }

    /// <summary>The same for all working trees of one repository, another for each repository.</summary>
    public string Key { get; }

    /// <summary>What people call it: the last part of the address it was cloned from, else the name of its folder.</summary>
    public string Name { get; }

    /// <exception cref="GitFailedException">No repository, or one that git does not trust.</exception>
    public static async Task<Repository> OpenAsync(string path, CancellationToken cancellationToken)
    {
        var full = Path.GetFullPath(path);
        if (!Directory.Exists(full))
        {
            throw new GitFailedException($"There is no folder '{full}'.");
        }

        var git = new GitCommand(full);
        var found = await git.AskAsync(["rev-parse", "--path-format=absolute", "--git-common-dir"], cancellationToken)
            .ConfigureAwait(false);
        if (found.ExitCode != 0)
        {
            throw new GitFailedException($"'{full}' is not a git repository that git will read: {found.Error}", found.ExitCode);
        }

        var origin = await git.AskAsync(["config", "--get", "remote.origin.url"], cancellationToken).ConfigureAwait(false);
        return new Repository(full, found.Text.Trim(), NameFrom(origin.Text.Trim(), found.Text.Trim()));
    }

    /// <summary>The chosen commits, oldest first. Merges are left out unless they are named one by one.</summary>
    /// <exception cref="GitFailedException">A name that stands for no commit.</exception>
    public async Task<IReadOnlyList<CommitId>> ListAsync(Selection selection, CancellationToken cancellationToken)
    {
        var chosen = new List<CommitId>();
        if (selection.Names.Count == 0)
        {
            var head = await ResolveAsync("HEAD", cancellationToken).ConfigureAwait(false);
            chosen.AddRange(await WalkAsync(selection, head, null, cancellationToken).ConfigureAwait(false));
        }
        foreach (var name in selection.Names)
        {
            if (CommitName.Range(name) is not { } range)
            {
                chosen.Add(await ResolveAsync(name, cancellationToken).ConfigureAwait(false));
                continue;
            }
            var from = await ResolveAsync(range.From, cancellationToken).ConfigureAwait(false);
            var to = await ResolveAsync(range.To, cancellationToken).ConfigureAwait(false);
            chosen.AddRange(await WalkAsync(selection, to, from, cancellationToken).ConfigureAwait(false));
        }
        var commits = chosen.Distinct().ToList();
        return commits.Count <= MostCommits ? commits : throw new GitFailedException(string.Create(
            CultureInfo.InvariantCulture,
            $"These are {commits.Count:N0} commits. One run takes {MostCommits:N0} at most: narrow the choice."));
    }

    private async Task<IEnumerable<CommitId>> WalkAsync(
        Selection selection, CommitId from, CommitId? without, CancellationToken cancellationToken)
    {
        var narrowed = selection.Names.Count > 0 || selection.Since is not null || selection.Author is not null;
        var last = selection.Last ?? (narrowed ? MostCommits : Selection.DefaultLast);
        List<string> arguments = ["rev-list", "--no-merges", "--max-count=" + last.ToString(CultureInfo.InvariantCulture)];
        // A value tied to its option by '=' cannot become an option of its own, whatever it begins with.
        if (selection.Since is { } since)
        {
            arguments.Add("--since=" + since);
        }

        if (selection.Author is { } author)
        {
            arguments.AddRange(["--fixed-strings", "--regexp-ignore-case", "--author=" + author]);
        }

        arguments.Add("--end-of-options");
        arguments.Add(from.ToString());
        if (without is { } end)
        {
            arguments.Add("^" + end);
        }

        arguments.Add("--");
        var reply = await Git.RunAsync(arguments, cancellationToken).ConfigureAwait(false);
        return reply.Lines.Select(CommitId.Parse).Reverse();
    }

    private async Task<CommitId> ResolveAsync(string name, CancellationToken cancellationToken)
    {
        if (CommitName.Problem(name) is { } problem)
        {
            throw new GitFailedException(problem);
        }

        var reply = await Git.AskAsync(["rev-parse", "--verify", "--quiet", "--end-of-options", name + "^{commit}"], cancellationToken)
            .ConfigureAwait(false);
        if (reply.ExitCode == 0 && CommitId.TryParse(reply.Text.Trim(), out var id))
        {
            return id;
        }

        throw new GitFailedException(name == "HEAD"
            ? "The repository has no commit yet."
            : $"'{name}' names no commit here, or more than one.", reply.ExitCode);
    }

    private static string NameFrom(string origin, string gitFolder)
    {
        var path = origin.Length > 0 ? origin : gitFolder;
        var parts = path.Split(['/', '\\', ':'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var name = parts.LastOrDefault(part => part is not (".git" or "repo")) ?? "repository";
        if (name.Length > 4 && name.EndsWith(".git", StringComparison.OrdinalIgnoreCase))
        {
            name = name[..^4];
        }
        // Control characters would reach the terminal, and blanks would split a tag in Anki.
        return string.Concat(name.Select(c => char.IsLetterOrDigit(c) || "-_.+".Contains(c) ? c : '-'));
    }
}
