using System.Diagnostics;
using System.Text;

namespace Pawl.EndToEnd.Tests.Cli;

/// <summary><c>pawl top</c> on a terminal.</summary>
public sealed class TopTests(Server server) : IClassFixture<Server>, IDisposable
{
    private const int MostTold = 4_000;

    private readonly StringBuilder _shown = new();
    private Process? _top;
    private int _read;

    [Fact]
    public async Task It_draws_reacts_to_keys_and_leaves_the_terminal_as_it_was()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The program 'script' makes a terminal.");
        var id = (await server.RunAsync("enqueue", "demo.sleep", "--payload", """{"seconds":3600}""", "-o", "id")).Ends(0).Output.Trim();
        server.Tool.Environment["TERM"] = "xterm";
        var top = _top = server.Tool.StartOther("script", "-qec",
            $"stty cols 100 rows 30; a=$(stty -g); dotnet '{Tool.Program}' top; echo \"ended $?\"; "
            + "[ \"$a\" = \"$(stty -g)\" ] && echo as before",
            "/dev/null");

        await SeesAsync(top, "QUEUE", "demo", "JOBS state:running (1)", id, "demo.sleep", "workers 1", "q quit");
        await PressAsync(top, "c");
        await SeesAsync(top, $"cancel {id}: asked for");
        await SeesAsync(top, "JOBS state:running (0)");
        await PressAsync(top, "/state:cancelled\r");
        await SeesAsync(top, "JOBS state:cancelled (1)", id);
        await PressAsync(top, "r");
        await SeesAsync(top, $"retry {id}: ");   // queued, or running by now
        await SeesAsync(top, "JOBS state:cancelled (0)");
        await PressAsync(top, "/nonsense:1\r");
        await SeesAsync(top, "error[filter_invalid]");
        await PressAsync(top, "q");
        await SeesAsync(top, "\e[?25h\e[?1049l", "ended 0", "as before");
        await top.WaitForExitAsync(TestContext.Current.CancellationToken);
        (await server.RunAsync("cancel", id)).Ends(0);
        (await server.RunAsync("wait", id)).Ends(6);
    }

    [Fact]
    public async Task Ctrl_C_leaves_the_terminal_as_it_was_too()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The program 'script' makes a terminal.");
        var top = _top = server.Tool.StartOther("env", "--default-signal=INT", "script", "-qec",
            $"trap : INT; stty cols 80 rows 24; a=$(stty -g); dotnet '{Tool.Program}' top 'state:failed'; echo \"ended $?\"; "
            + "[ \"$a\" = \"$(stty -g)\" ] && echo as before",
            "/dev/null");

        await SeesAsync(top, "JOBS state:failed (0)");
        await PressAsync(top, "\u0003");
        await SeesAsync(top, "\e[?25h\e[?1049l", "ended 130", "as before");
        await top.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Where_there_is_no_terminal_it_says_what_else_there_is() =>
        Assert.Contains("pawl stats --watch", (await server.RunAsync("top")).Ends(2).Errors, StringComparison.Ordinal);

    public void Dispose()
    {
        if (_top is { HasExited: false } top)
        {
            top.Kill(entireProcessTree: true);
        }

        _top?.Dispose();
    }

    private static async Task PressAsync(Process top, string keys)
    {
        await top.StandardInput.WriteAsync(keys);
        await top.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Until the terminal was sent all of that, behind what was seen before.</summary>
    private async Task SeesAsync(Process top, params string[] texts)
    {
        using var late = new CancellationTokenSource(Tool.Limit, TimeProvider.System);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(late.Token, TestContext.Current.CancellationToken);
        var part = new char[4096];
        while (!Array.TrueForAll(texts, text => _shown.ToString(_read, _shown.Length - _read).Contains(text, StringComparison.Ordinal)))
        {
            int count;
            try
            {
                count = await top.StandardOutput.ReadAsync(part, limit.Token);
            }
            catch (OperationCanceledException)
            {
                count = 0;
            }

            var from = Math.Max(_read, _shown.Length - MostTold);
            Assert.True(
                count > 0, $"It showed not all of {string.Join(", ", texts)}, but\n{_shown.ToString(from, _shown.Length - from)}");
            _shown.Append(part, 0, count);
        }

        _read = _shown.Length;
    }
}
