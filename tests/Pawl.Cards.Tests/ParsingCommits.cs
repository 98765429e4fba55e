using System.Text;
using Cards.Git;
using Cards.Parsing;

namespace Pawl.Cards.Tests;

public sealed class ParsingCommits : IDisposable
{
    private readonly TestRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task A_commit_is_read_with_its_message_files_hunks_and_the_function_around()
    {
        const string Before = """
            namespace Shop;

            public sealed class Till
            {
                private int _sum;

                public int Add(int price)
                {
                    var next = _sum + price;

                    // keep it

                    _sum = next;
                    return _sum;
                }
            }

            """;
        _repository.Write("src/Till.cs", Before).Commit("First");
        var after = Before.Replace("_sum = next;", "_sum = checked(next);", StringComparison.Ordinal);
        var id = _repository.As("Åsa Öst").Write("src/Till.cs", after)
            .Commit("Refuse sums that overflow\n\nA till that wraps around\nloses money.\n\nSecond paragraph.\n");

        var commit = await _repository.ParseAsync(id);

        Assert.Equal("Refuse sums that overflow", commit.Subject);
        Assert.Equal("A till that wraps around\nloses money.\n\nSecond paragraph.", commit.Body);
        Assert.Equal("Åsa Öst", commit.Author);
        Assert.Equal(new DateTimeOffset(2026, 1, 1, 14, 0, 0, TimeSpan.Zero), commit.AuthoredAt);
        Assert.Single(commit.Parents);
        var file = Assert.Single(commit.Files);
        Assert.Equal(("src/Till.cs", FileChange.Modified, 1, 1), (file.Path, file.Change, file.Added, file.Removed));
        var hunk = Assert.Single(file.Hunks);
        Assert.Equal("public int Add(int price)", hunk.Function);
        Assert.Equal(10, hunk.NewStart);
        Assert.Contains(new DiffLine(LineKind.Removed, "        _sum = next;"), hunk.Lines);
        Assert.Contains(new DiffLine(LineKind.Added, "        _sum = checked(next);"), hunk.Lines);
        Assert.False(commit.Truncated);
    }

    [Fact]
    public async Task Names_of_any_form_are_read_as_they_are()
    {
        string[] names =
        [
            "--help", "-p", "a b.txt", "ünïcödé/名前.txt", "quote'.txt", "b/a/b", "{{x}}.txt", ":(glob)x", "=.txt",
            .. OperatingSystem.IsWindows()
                ? Array.Empty<string>()
                : ["tab\there", "new\nline", "back\\slash", "double\"quote", "\u001b[31mred", " => "],
        ];
        foreach (var name in names)
        {
            _repository.Write(name, "text\n");
        }

        var commit = await _repository.ParseAsync(_repository.Commit("All names"));

        Assert.Equal(names.Order(StringComparer.Ordinal), commit.Files.Select(file => file.Path).Order(StringComparer.Ordinal));
        Assert.All(commit.Files, file => Assert.Equal("text", file.Hunks[0].Lines[0].Text));
    }

    [Fact]
    public async Task Every_kind_of_change_keeps_its_own_lines()
    {
        _repository.Write("gone.txt", "gone\n").Write("moved.txt", "a\nb\nc\nd\ne\nf\n").Write("data.bin", [0, 1, 2])
            .Write("mode.sh", "m\n").Write("same.txt", "same\n").Commit("First");
        File.Delete(Path.Combine(_repository.Folder, "gone.txt"));
        _repository.Git("mv", "moved.txt", "there.txt");
        _repository.Write("there.txt", "a\nb\nc\nd\ne\nF\n").Write("data.bin", [0, 1, 3]).Write("empty.txt", "").Write("zz.txt", "last\n");
        _repository.Git("add", "--all");
        _repository.Git("update-index", "--chmod=+x", "mode.sh");
        var commit = await _repository.ParseAsync(_repository.CommitStaged("Everything"));

        var files = commit.Files.ToDictionary(file => file.Path);
        Assert.Equal(["data.bin", "empty.txt", "gone.txt", "mode.sh", "there.txt", "zz.txt"], files.Keys.Order(StringComparer.Ordinal));
        Assert.True(files["data.bin"].Binary);
        Assert.Equal((FileChange.Added, 0), (files["empty.txt"].Change, files["empty.txt"].Hunks.Count));
        Assert.Equal((FileChange.Deleted, 1), (files["gone.txt"].Change, files["gone.txt"].Removed));
        Assert.Equal((FileChange.Modified, 0), (files["mode.sh"].Change, files["mode.sh"].Hunks.Count));
        Assert.Equal((FileChange.Renamed, "moved.txt"), (files["there.txt"].Change, files["there.txt"].OldPath));
        Assert.InRange(files["there.txt"].Similarity!.Value, 50, 99);
        Assert.Contains(new DiffLine(LineKind.Added, "F"), files["there.txt"].Hunks[0].Lines);
        Assert.Equal("last", files["zz.txt"].Hunks[0].Lines[0].Text);
    }

    [Fact]
    public async Task A_file_that_becomes_a_link_and_a_submodule_leave_the_files_after_them_in_place()
    {
        _repository.Write("a.txt", "text\n").Write("z.txt", "old\n");
        var first = _repository.Commit("First");
        var link = _repository.GitWith("target"u8.ToArray(), "hash-object", "-w", "--stdin");
        _repository.Git("update-index", "--add", "--cacheinfo", $"120000,{link},a.txt");
        _repository.Git("update-index", "--add", "--cacheinfo", $"160000,{first},module");
        var text = _repository.GitWith("new\n"u8.ToArray(), "hash-object", "-w", "--stdin");
        _repository.Git("update-index", "--cacheinfo", $"100644,{text},z.txt");
        var commit = await _repository.ParseAsync(_repository.CommitStaged("Turn"));

        Assert.Equal(
            [
                ("a.txt", FileChange.Turned, FileNature.Link),
                ("module", FileChange.Added, FileNature.Submodule),
                ("z.txt", FileChange.Modified, FileNature.Plain),
            ],
            commit.Files.Select(file => (file.Path, file.Change, file.Nature)));
        Assert.Contains(new DiffLine(LineKind.Added, "new"), commit.Files[2].Hunks[0].Lines);
    }

    [Fact]
    public async Task A_merge_and_an_empty_commit_have_no_files()
    {
        _repository.Write("a.txt", "a").Commit("First");
        _repository.Git("checkout", "--quiet", "-b", "side");
        _repository.Write("b.txt", "b").Commit("Side");
        _repository.Git("checkout", "--quiet", "main");
        _repository.Write("c.txt", "c").Commit("Main");
        _repository.Git("merge", "--quiet", "--no-ff", "side");

        var merge = await _repository.ParseAsync(_repository.Git("rev-parse", "HEAD"));
        Assert.True(merge.IsMerge);
        Assert.Empty(merge.Files);
        var empty = await _repository.ParseAsync(_repository.Commit(""));
        Assert.Equal(("", "", 0), (empty.Subject, empty.Body, empty.Files.Count));
    }

    [Fact]
    public async Task Line_ends_are_no_part_of_the_text()
    {
        _repository.Write("a.txt", "one\r\ntwo\r\nthree").Commit("First");
        var commit = await _repository.ParseAsync(_repository.Write("a.txt", "one\r\n2\r\nthree\n").Commit("Second"));

        Assert.Equal(
            [
                new(LineKind.Context, "one"), new(LineKind.Removed, "two"), new(LineKind.Removed, "three"),
                new(LineKind.Added, "2"), new(LineKind.Added, "three"),
            ],
            commit.Files[0].Hunks[0].Lines);
    }

    [Fact]
    public async Task Text_that_is_not_utf8_is_read_as_latin1()
    {
        _repository.Write("a.c", "int x;\n").Commit("First");
        var commit = await _repository.ParseAsync(_repository.Write("a.c", Encoding.Latin1.GetBytes("int größe;\n")).Commit("Second"));
        Assert.Contains(new DiffLine(LineKind.Added, "int größe;"), commit.Files[0].Hunks[0].Lines);
    }

    [Fact]
    public async Task Content_that_looks_like_a_patch_is_content()
    {
        _repository.Write("a.patch", "-- a/x\ndiff --git a/x b/x\n@@ -1 +1 @@\nBinary files a and b differ\n")
            .Write("b.txt", "b\n").Commit("First");
        var commit = await _repository.ParseAsync(
            _repository.Write("a.patch", "++ b/x\n@@ -1,9 +1,9 @@\n\ndiff --git a/x b/x\n").Write("b.txt", "c\n").Commit("Second"));

        Assert.Equal(["a.patch", "b.txt"], commit.Files.Select(file => file.Path));
        Assert.False(commit.Files[0].Binary);
        Assert.Contains(new DiffLine(LineKind.Removed, "-- a/x"), commit.Files[0].Hunks[0].Lines);
        Assert.Contains(new DiffLine(LineKind.Added, "++ b/x"), commit.Files[0].Hunks[0].Lines);
        Assert.Contains(new DiffLine(LineKind.Added, "c"), commit.Files[1].Hunks[0].Lines);
    }

    [Fact]
    public async Task A_huge_diff_is_cut_and_says_so()
    {
        var lines = string.Concat(Enumerable.Range(0, PatchReader.MostLinesOfFile + 500).Select(n => $"line {n}\n"));
        var commit = await _repository.ParseAsync(
            _repository.Write("a.txt", lines).Write("b.txt", new string('x', 100_000) + "\n").Write("c.txt", "small\n").Commit("Huge"));

        Assert.True(commit.Truncated);
        Assert.True(commit.Files[0].Truncated);
        Assert.Equal(PatchReader.MostLinesOfFile + 500, commit.Files[0].Added);
        Assert.Equal(PatchReader.MostLinesOfFile, commit.Files[0].Hunks[0].Lines.Count);
        Assert.Equal(PatchReader.LongestLine + 1, commit.Files[1].Hunks[0].Lines[0].Text.Length);
        Assert.Equal("small", commit.Files[2].Hunks[0].Lines[0].Text);
    }

    [Fact]
    public async Task An_answer_cut_anywhere_is_read_as_far_as_it_goes()
    {
        _repository.Write("a.txt", "one\n").Write("old.txt", "1\n2\n3\n4\n").Commit("First");
        _repository.Git("mv", "old.txt", "new.txt");
        var id = _repository.Write("a.txt", "two\n").Commit("Second\n\nBody");
        var reply = await new GitCommand(_repository.Folder)
            .RunAsync(ShowCommand.Arguments(CommitId.Parse(id)), TestContext.Current.CancellationToken);

        var whole = ShowReader.Read(reply.Output, cut: false);
        Assert.Equal(2, whole.Files.Count);
        var header = reply.Output.AsSpan().IndexOf("Body"u8) + "Body\n\0".Length;
        for (var length = 0; length < reply.Output.Length; length++)
        {
            var part = reply.Output.AsSpan(0, length).ToArray();
            if (length < header)
            {
                Assert.ThrowsAny<FormatException>(() => ShowReader.Read(part, cut: true));
            }
            else
            {
                Assert.True(ShowReader.Read(part, cut: true).Truncated);
            }
        }
    }

    [Fact]
    public async Task A_commit_that_is_not_there_is_an_error_that_names_it()
    {
        _repository.Write("a.txt", "a").Commit("First");
        var missing = new string('a', 40);
        var error = await Assert.ThrowsAsync<GitFailedException>(() => _repository.ParseAsync(missing));
        Assert.Contains(missing, error.Message, StringComparison.Ordinal);
    }
}
