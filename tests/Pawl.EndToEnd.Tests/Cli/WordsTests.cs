namespace Pawl.EndToEnd.Tests.Cli;

/// <summary>What the tool does without any server.</summary>
public sealed class WordsTests : IDisposable
{
    private readonly Tool _tool = new();

    public void Dispose() => _tool.Dispose();

    [Theory]
    [InlineData("enqeue", "did you mean 'enqueue'?")]
    [InlineData("jobs lst", "did you mean 'list'?")]
    [InlineData("jobs", "needs a verb")]
    [InlineData("enqueue demo.sleep --prio=abc", "did you mean '--priority'?")]
    [InlineData("enqueue demo.sleep --priority abc", "--priority must be a whole number")]
    [InlineData("enqueue demo.sleep --payload {} --payload-file x", "two payloads")]
    [InlineData("enqueue demo.sleep --payload {", "not JSON")]
    [InlineData("enqueue demo.sleep --payload-file missing.json", "cannot be read")]
    [InlineData("enqueue demo.sleep --delay 1parsec", "--delay must be a length of time")]
    [InlineData("enqueue demo.sleep --at 2026-11-22", "with its zone")]
    [InlineData("enqueue", "a type or a template")]
    [InlineData("list --sort drop", "--sort must be one of")]
    [InlineData("get", "needs ID")]
    [InlineData("list -o xml", "--output must be one of")]
    [InlineData("list --url nowhere", "is no address")]
    [InlineData("list --profile none", "no profile 'none'")]
    [InlineData("recover stuk", "did you mean 'stuck'?")]
    [InlineData("completion basj", "did you mean 'bash'?")]
    [InlineData("db status --store mysql:x", "--store must be")]
    [InlineData("queues set mail", "nothing to set")]
    [InlineData("keys create ci --role king", "--role must be one of")]
    public async Task A_slip_ends_with_2_and_a_remedy(string words, string told)
    {
        var said = (await _tool.RunAsync(words.Split(' '))).Ends(2);

        Assert.Equal("usage", said.Code);
        Assert.Contains(told, said.Errors, StringComparison.Ordinal);
        Assert.Empty(said.Output);
        Assert.Single(said.Errors.Trim().Split('\n'));
    }

    [Fact]
    public async Task Stdin_that_is_closed_or_no_JSON_ends_with_2()
    {
        Assert.Contains("holds nothing", (await _tool.RunAsync("enqueue", "demo.sleep", "-")).Ends(2).Errors, StringComparison.Ordinal);
        Assert.Contains("not JSON", (await _tool.RunAsync(["enqueue", "demo.sleep", "-"], "{no")).Ends(2).Errors, StringComparison.Ordinal);
        Assert.Contains(
            "line 2", (await _tool.RunAsync(["enqueue", "--ndjson"], "{}\n[]\n")).Ends(2).Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_started_without_a_stdin_does_not_wait_for_one()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "A shell closes it.");

        Assert.Contains("holds nothing", await _tool.OfShellAsync("enqueue demo.sleep - <&-; echo ended $?"), StringComparison.Ordinal);
        Assert.Contains("more than 16 MB", await _tool.OfShellAsync("enqueue demo.sleep -", "head -c 70000000 /dev/zero |"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_nobody_answers_it_ends_with_7()
    {
        var said = (await _tool.RunAsync("list", "--url", "http://127.0.0.1:1")).Ends(7);

        Assert.Equal("unreachable", said.Code);
        Assert.Equal("unreachable", (await _tool.RunAsync("list", "--url", $"unix:{_tool["none.sock"]}")).Ends(7).Code);
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    [InlineData("pwsh")]
    public async Task A_completion_script_asks_the_tool(string shell) =>
        Assert.Contains("[suggest:", (await _tool.RunAsync("completion", shell)).Ends(0).Output, StringComparison.Ordinal);

    [Fact]
    public async Task A_completion_script_loads_in_its_shell_and_completes()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no bash.");
        foreach (var (shell, words) in (IEnumerable<(string, string[])>)[
            ("bash", ["-c", "source ./c; COMP_LINE='pawl job' COMP_POINT=8 COMP_WORDS=(pawl job) COMP_CWORD=1; _pawl; "
                + "echo ${COMPREPLY[@]}"]),
            ("zsh", ["-fc", "autoload -U compinit && compinit -u -D && source ./c && [ $_comps[pawl] = _pawl ] "
                + "&& compadd() { shift; echo $@ } && CURSOR=8 BUFFER='pawl job' && _pawl"]),
            ("fish", ["-N", "-c", "source ./c; complete -C 'pawl job'"])])
        {
            if (shell != "bash" && !(Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(
                folder => File.Exists(Path.Combine(folder, shell))))
            {
                continue;   // bash is everywhere; the others where somebody wants them
            }

            var script = (await _tool.RunAsync("completion", shell)).Ends(0).Output;
            await File.WriteAllTextAsync(
                _tool["c"],
                shell == "fish" ? $"function pawl; dotnet '{Tool.Program}' $argv; end\n{script}"
                    : $"pawl() {{ dotnet '{Tool.Program}' \"$@\"; }}\n{script}",
                TestContext.Current.CancellationToken);
            var said = (await _tool.RunOtherAsync(shell, words)).Ends(0);
            Assert.Equal((shell, "jobs", ""), (shell, said.Output.Trim(), said.Errors));
        }
    }

    [Fact]
    public async Task Suggestions_are_the_words_that_may_stand_there() =>
        Assert.Equal("jobs", (await _tool.RunAsync("[suggest:8]", "pawl job")).Ends(0).Output.Trim());

    [Fact]
    public async Task A_profile_names_a_server()
    {
        (await _tool.RunAsync("profiles", "add", "here", "--url", "http://127.0.0.1:1/", "--token-file", "x")).Ends(0);
        (await _tool.RunAsync("profiles", "use", "here")).Ends(0);

        var all = (await _tool.RunAsync("profiles", "list", "-o", "json")).Ends(0).Json().GetProperty("items");
        Assert.Equal("http://127.0.0.1:1", all[0].GetProperty("url").GetString());
        Assert.True(all[0].GetProperty("current").GetBoolean());
        Assert.Contains("x' cannot be read (profile here)", (await _tool.RunAsync("list")).Ends(2).Errors, StringComparison.Ordinal);
        (await _tool.RunAsync("profiles", "remove", "her")).Ends(3);
        (await _tool.RunAsync("profiles", "remove", "here")).Ends(0);
    }

    [Fact]
    public async Task Config_show_tells_who_said_each_setting_and_no_secret()
    {
        const string Canary = "pawl_k_canary";
        await File.WriteAllTextAsync(_tool["pawl.json"], """
            { "Pawl": {
              "Worker": { "Slots": 7 },
              "Secrets": { "hook": "pawl_k_canary" } } }
            """, TestContext.Current.CancellationToken);
        _tool.Environment["DB_POOL_MAX"] = "33";
        _tool.Environment["Pawl__Retry__MaxAttempts"] = "5";
        _tool.Environment["PAWL_TOKEN"] = Canary;

        var said = (await _tool.RunAsync("config", "show", "-o", "json")).Ends(0);

        var all = said.Json().GetProperty("items").EnumerateArray().ToDictionary(
            row => row.GetProperty("name").GetString()!,
            row => (row.GetProperty("value").GetString(), row.GetProperty("origin").GetString()));
        Assert.Equal(("7", "pawl.json:2"), all["Pawl:Worker:Slots"]);
        Assert.Equal(("33", "environment DB_POOL_MAX"), all["Pawl:Postgres:PoolMax"]);
        Assert.Equal(("5", "environment Pawl__Retry__MaxAttempts"), all["Pawl:Retry:MaxAttempts"]);
        Assert.Equal(("1h", "default"), all["Pawl:Retry:MaxDelay"]);
        Assert.Equal(("***", "environment PAWL_TOKEN"), all["token"]);
        Assert.DoesNotContain(Canary, said.Output + said.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_verb_has_a_help_with_an_example()
    {
        var text = new System.Text.StringBuilder();
        await HelpAsync([], text);

        Approve.Text(text.ToString(), "Help.txt");
    }

    /// <summary>The help of a word and of all below it, without the options every verb has.</summary>
    private async Task HelpAsync(string[] path, System.Text.StringBuilder text)
    {
        var help = (await _tool.RunAsync([.. path, "--help"])).Ends(0).Output;
        var lines = help.Split('\n').Select(line => line.TrimEnd()).ToList();
        var own = path.Length == 0 ? lines : lines.Where(line => !IsCommon(line)).ToList();
        text.AppendLine($"## pawl {string.Join(' ', path)}".TrimEnd()).AppendLine().AppendLine(string.Join('\n', own).Trim()).AppendLine();
        var at = lines.IndexOf("Commands:");
        if (at < 0)
        {
            Assert.True(lines.Contains("Example:"), $"pawl {string.Join(' ', path)} has no example");
        }

        foreach (var line in at < 0 ? [] : lines.Skip(at + 1).TakeWhile(line => line.StartsWith("  ", StringComparison.Ordinal)))
        {
            await HelpAsync([.. path, line.TrimStart().Split(' ')[0]], text);
        }
    }

    private static bool IsCommon(string line) => ((string[])[
        "--url ", "--token ", "--token-file ", "--profile ", "-o, --output ", "--time ", "--no-color ", "--timeout ", "-q, --quiet ",
        "-v, --verbose ", "-?, -h, --help "]).Any(option => line.TrimStart().StartsWith(option, StringComparison.Ordinal));
}
