using Cards.Git;
using Repository = Cards.Git.Repository;

namespace Pawl.Cards.Tests;

public sealed class ReadingCommits : IDisposable
{
    private readonly TestRepository _repository = new();
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task The_newest_commits_come_oldest_first()
    {
        var ids = Commits(5);
        Assert.Equal(ids[2..], await ListAsync(new Selection { Last = 3 }));
        Assert.Equal(ids, await ListAsync(new Selection()));
    }

    [Fact]
    public async Task Merges_are_left_out_unless_they_are_named()
    {
        _repository.Write("a.txt", "a").Commit("First");
        _repository.Git("checkout", "--quiet", "-b", "side");
        _repository.Write("b.txt", "b").Commit("Side");
        _repository.Git("checkout", "--quiet", "main");
        _repository.Write("c.txt", "c").Commit("Main");
        _repository.Git("merge", "--quiet", "--no-ff", "side");
        var merge = _repository.Git("rev-parse", "HEAD");

        Assert.DoesNotContain(merge, await ListAsync(new Selection()));
        Assert.Equal([merge], await ListAsync(new Selection { Names = ["HEAD"] }));
    }

    [Fact]
    public async Task Authors_and_dates_narrow_the_choice()
    {
        var ids = Commits(3);
        var other = _repository.As("Zoë [x] *").Write("z.txt", "z").Commit("By another");

        Assert.Equal([other], await ListAsync(new Selection { Author = "zoë [x] *" }));
        Assert.Equal([ids[2], other], await ListAsync(new Selection { Since = "2026-01-01 14:30:00Z" }));
        Assert.Empty(await ListAsync(new Selection { Author = "--all" }));
    }

    [Fact]
    public async Task Ids_tags_and_ranges_name_commits_and_none_comes_twice()
    {
        var ids = Commits(5);
        _repository.Git("tag", "-m", "annotated", "v1.0", ids[1]);

        Assert.Equal([ids[2], ids[3]], await ListAsync(new Selection { Names = [$"v1.0..{ids[3]}"] }));
        Assert.Equal(ids[2..], await ListAsync(new Selection { Names = ["v1.0.."] }));
        Assert.Equal([ids[1], ids[0]], await ListAsync(new Selection { Names = ["v1.0", ids[0][..9], "v1.0"] }));
    }

    [Theory]
    [InlineData("--all")]
    [InlineData("-1")]
    [InlineData("")]
    [InlineData(":/fix")]
    [InlineData("HEAD^{/fix}")]
    [InlineData("a b")]
    [InlineData("a\nb")]
    [InlineData("nowhere")]
    [InlineData("nowhere..HEAD")]
    [InlineData("--all..HEAD")]
    public async Task A_name_that_stands_for_no_commit_is_refused(string name)
    {
        _repository.Write("a.txt", "a").Commit("fix");
        await Assert.ThrowsAsync<GitFailedException>(() => ListAsync(new Selection { Names = [name] }));
    }

    [Fact]
    public async Task A_branch_that_looks_like_an_option_is_not_taken_for_one()
    {
        var id = _repository.Write("a.txt", "a").Commit("First");
        _repository.Git("update-ref", "refs/heads/--help", id);
        Assert.Equal([id], await ListAsync(new Selection { Names = ["refs/heads/--help"] }));
    }

    [Fact]
    public async Task A_bare_repository_is_read_like_any_other()
    {
        var id = _repository.Write("a.txt", "a").Commit("First");
        var bare = Path.Combine(_repository.Root, "plain.git");
        _repository.Git("clone", "--quiet", "--bare", _repository.Folder, bare);

        var repository = await Repository.OpenAsync(bare, _cancellation);
        Assert.Equal([id], (await repository.ListAsync(new Selection(), _cancellation)).Select(found => found.ToString()));
        Assert.Equal("sample", repository.Name);   // where it was cloned from
    }

    [Fact]
    public async Task A_repository_without_commits_and_a_folder_without_repository_say_so()
    {
        var empty = await Assert.ThrowsAsync<GitFailedException>(() => ListAsync(new Selection()));
        Assert.Contains("no commit yet", empty.Message, StringComparison.Ordinal);
        var none = await Assert.ThrowsAsync<GitFailedException>(() => Repository.OpenAsync(_repository.Root, _cancellation));
        Assert.Contains("not a git repository", none.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<GitFailedException>(() => Repository.OpenAsync(Path.Combine(_repository.Root, "nowhere"), _cancellation));
    }

    [Fact]
    public async Task Git_variables_of_the_surroundings_lead_nowhere_else()
    {
        var id = _repository.Write("a.txt", "a").Commit("First");
        Environment.SetEnvironmentVariable("GIT_DIR", Path.Combine(_repository.Root, "nowhere"));
        try
        {
            Assert.Equal([id], await ListAsync(new Selection()));
        }
        finally
        {
            Environment.SetEnvironmentVariable("GIT_DIR", null);
        }
    }

    private List<string> Commits(int count) =>
        Enumerable.Range(1, count).Select(n => _repository.Write("file.txt", $"{n}\n").Commit($"Commit {n}")).ToList();

    private async Task<IEnumerable<string>> ListAsync(Selection selection)
    {
        var repository = await _repository.OpenAsync();
        return (await repository.ListAsync(selection, _cancellation)).Select(id => id.ToString()).ToList();
    }
}
