using System.Globalization;
using System.Text;
using Cards.Git;
using Cards.Parsing;
using Repository = Cards.Git.Repository;

namespace Pawl.Cards.Tests;

/// <summary>A git repository in a temporary folder, whose commits have the same ids in every run.</summary>
public sealed class TestRepository : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private int _commits;

    public TestRepository()
    {
        Root = Directory.CreateTempSubdirectory("cards-").FullName;
        Folder = Directory.CreateDirectory(Path.Combine(Root, "sample")).FullName;
        Git("init", "--quiet", "--initial-branch=main");
        Git("config", "core.autocrlf", "false");
        Git("config", "core.safecrlf", "false");
    }

    public string Root { get; }

    public string Folder { get; }

    public string Git(params string[] arguments) => GitWith(null, arguments);

    public string GitWith(byte[]? input, params string[] arguments)
    {
        var when = Start.AddHours(_commits).ToString("O", CultureInfo.InvariantCulture);
        var (exit, output, error) = Child.Run("git", arguments, Folder, new Dictionary<string, string>
        {
            ["GIT_CONFIG_GLOBAL"] = "/dev/null",
            ["GIT_CONFIG_NOSYSTEM"] = "1",
            ["GIT_AUTHOR_NAME"] = _author,
            ["GIT_AUTHOR_EMAIL"] = "author@example.invalid",
            ["GIT_AUTHOR_DATE"] = when,
            ["GIT_COMMITTER_NAME"] = "Committer",
            ["GIT_COMMITTER_EMAIL"] = "committer@example.invalid",
            ["GIT_COMMITTER_DATE"] = when,
            ["GIT_MERGE_AUTOEDIT"] = "no",
        }, input);
        return exit == 0 ? output.Trim() : throw new InvalidOperationException($"git {string.Join(' ', arguments)}: {error}");
    }

    private string _author = "Author";

    public TestRepository As(string author)
    {
        _author = author;
        return this;
    }

    public TestRepository Write(string path, string text) => Write(path, Encoding.UTF8.GetBytes(text));

    public TestRepository Write(string path, byte[] content)
    {
        var full = Path.Combine(Folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllBytes(full, content);
        return this;
    }

    /// <summary>Commits everything in the folder, even nothing, and gives back the commit's id.</summary>
    public string Commit(string message)
    {
        Git("add", "--all");
        return CommitStaged(message);
    }

    public string CommitStaged(string message)
    {
        _commits++;
        GitWith(Encoding.UTF8.GetBytes(message), "commit", "--quiet", "--allow-empty", "--allow-empty-message", "--file=-");
        return Git("rev-parse", "HEAD");
    }

    /// <summary>Makes commits by one command. Each changes one number in one file and says why.</summary>
    /// <returns>Their ids, oldest first.</returns>
    public IReadOnlyList<string> Many(int count)
    {
        var stream = new StringBuilder();
        for (var i = 1; i <= count; i++)
        {
            var file = $"def wait_{i % 7}():\n    return send(limit={i})\n";
            var message = $"Raise the limit to {i}\n\nThe server refused every call that came after the one before it had been answered.\n";
            stream.Append(CultureInfo.InvariantCulture, $"commit refs/heads/main\nmark :{i}\n")
                .Append(CultureInfo.InvariantCulture, $"committer C <c@example.invalid> {1_700_000_000 + i * 60} +0000\n")
                .Append(CultureInfo.InvariantCulture, $"data {message.Length}\n{message}\n")
                .Append(CultureInfo.InvariantCulture, $"M 100644 inline src/wait.py\ndata {file.Length}\n{file}\n");
        }

        GitWith(Encoding.UTF8.GetBytes(stream.ToString()), "fast-import", "--quiet", "--force");
        return Git("rev-list", "--reverse", "main").Split('\n');
    }

    internal Task<Repository> OpenAsync() => Repository.OpenAsync(Folder, TestContext.Current.CancellationToken);

    internal Task<ParsedCommit> ParseAsync(string id) =>
        ShowCommand.RunAsync(new GitCommand(Folder), CommitId.Parse(id), TestContext.Current.CancellationToken);

    public void Dispose()
    {
        // Git writes its objects read-only, and Windows does not delete such files.
        foreach (var file in new DirectoryInfo(Root).EnumerateFiles("*", SearchOption.AllDirectories).Where(file => file.IsReadOnly))
        {
            file.IsReadOnly = false;
        }

        Directory.Delete(Root, recursive: true);
    }
}
