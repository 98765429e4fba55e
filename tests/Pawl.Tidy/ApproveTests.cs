namespace Pawl.Tidy;

public sealed class ApproveTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_approved_text_passes_whatever_its_line_ends()
    {
        File.WriteAllText(_folder["a.txt"], "one\r\ntwo\r\n");

        Assert.Null(Approve.Check("one\ntwo", _folder["a.txt"], rewrite: false));
        Assert.Equal(["a.txt"], Names());
    }

    [Fact]
    public void Another_text_fails_with_its_difference_and_the_remedy_and_is_left_beside()
    {
        File.WriteAllText(_folder["a.txt"], "one\ntwo\nfour\n");

        var problem = Approve.Check("one\nthree\nfour\n", _folder["a.txt"], rewrite: false);

        Assert.Contains("    2 - two\n    2 + three\n", problem!.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Contains("PAWL_APPROVE=1", problem, StringComparison.Ordinal);
        Assert.Equal("one\nthree\nfour\n", File.ReadAllText(_folder["a.received.txt"]));
        Assert.Equal("one\ntwo\nfour\n", File.ReadAllText(_folder["a.txt"]));
    }

    [Fact]
    public void A_text_nobody_approved_yet_fails()
    {
        Assert.Contains("does not exist yet", Approve.Check("one", _folder["a.txt"], rewrite: false), StringComparison.Ordinal);
        Assert.Equal(["a.received.txt"], Names());
    }

    [Fact]
    public void Approving_rewrites_the_file_and_clears_what_was_received()
    {
        File.WriteAllText(_folder["a.txt"], "one\n");
        File.WriteAllText(_folder["a.received.txt"], "two\n");

        Assert.Null(Approve.Check("two", _folder["a.txt"], rewrite: true));
        Assert.Equal("two\n", File.ReadAllText(_folder["a.txt"]));
        Assert.Equal(["a.txt"], Names());
    }

    private IEnumerable<string> Names() => Directory.GetFiles(_folder.FullPath).Select(path => Path.GetFileName(path)).Order();
}
