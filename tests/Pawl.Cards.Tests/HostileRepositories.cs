using System.Text;
using Cards.Git;
using Cards.Parsing;

namespace Pawl.Cards.Tests;

public sealed class HostileRepositories : IDisposable
{
    private readonly TestRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Theory]
    [InlineData("diff.external")]
    [InlineData("diff.trap.textconv")]
    [InlineData("diff.trap.command")]
    [InlineData("gpg.program")]
    public async Task No_program_that_a_repositorys_configuration_names_is_run(string setting)
    {
        var mark = Path.Combine(_repository.Root, "ran").Replace('\\', '/');
        var trap = Path.Combine(_repository.Root, "trap.sh").Replace('\\', '/');
        await File.WriteAllTextAsync(trap, $"#!/bin/sh\necho ran > '{mark}'\n", TestContext.Current.CancellationToken);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(trap, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        _repository.Write(".gitattributes", "*.txt diff=trap\n").Write("a.txt", "one\n").Commit("First");
        var id = Signed(_repository.Write("a.txt", "two\n").Commit("Second"));
        _repository.Git("config", setting, trap);
        _repository.Git("config", "log.showSignature", "true");

        // The trap works: git as people run it steps into it.
        Child.Run("git", ["show", "--ext-diff", id], _repository.Folder);
        Assert.True(File.Exists(mark));
        File.Delete(mark);

        var commit = await _repository.ParseAsync(id);
        Assert.False(File.Exists(mark));
        Assert.Equal("a.txt", Assert.Single(commit.Files).Path);
        Assert.Equal(1, commit.Files[0].Added);
    }

    [Fact]
    public async Task Settings_that_reshape_gits_output_change_nothing()
    {
        _repository.Write("b.txt", "one\n").Write("a.txt", "one\ntwo\nthree\n").Commit("First");
        _repository.Write("b.txt", "two\n").Git("mv", "a.txt", "c.txt");
        var id = _repository.Commit("Second");
        var before = await _repository.ParseAsync(id);

        foreach (var (name, value) in new[]
        {
            ("diff.noprefix", "true"), ("diff.mnemonicPrefix", "true"), ("diff.renames", "false"), ("diff.context", "0"),
            ("color.ui", "always"), ("diff.submodule", "log"), ("log.date", "relative"), ("format.pretty", "oneline"),
            ("diff.algorithm", "patience"),
            ("diff.orderFile", "/nowhere"), ("core.quotePath", "false"), ("i18n.logOutputEncoding", "latin1"),
            ("log.diffMerges", "first-parent"), ("core.pager", "false"), ("core.abbrev", "4"),
            ("diff.suppressBlankEmpty", "true"), ("notes.displayRef", "refs/notes/*"),
        })
        {
            _repository.Git("config", name, value);
        }

        Assert.Equivalent(before, await _repository.ParseAsync(id), strict: true);
    }

    // A commit that claims to be signed, so that a reader who asks for signatures calls the checker.
    private string Signed(string id)
    {
        var raw = _repository.Git("cat-file", "commit", id);
        var at = raw.IndexOf("\n\n", StringComparison.Ordinal);
        var signed = raw[..at] + "\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n abcd\n -----END PGP SIGNATURE-----" + raw[at..] + "\n";
        return _repository.GitWith(Encoding.UTF8.GetBytes(signed), "hash-object", "-t", "commit", "-w", "--stdin");
    }
}
