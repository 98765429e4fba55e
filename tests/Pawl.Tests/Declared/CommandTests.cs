using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Pawl.Testing;
using TestKit;

namespace Pawl.Tests.Declared;

/// <summary>Commands as real processes. The scripts are those of a Unix shell, which is only what is tried, never what is used.</summary>
public sealed class CommandTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_command_gets_its_arguments_literally_the_payload_on_stdin_and_no_variable_that_is_not_named()
    {
        await using var test = await StartAsync(
            """printf '%s\n' "$1" > args; cat > stdin; env | cut -d= -f1 | sort > names; env > all""",
            args: ["{text}"],
            more: """ "Env": ["PATH", "PAWL_NO_SUCH"] """);
        const string Payload = """{"text":"; $(touch pwned) `touch pwned` \n * \u0022 'q' ä", "n":1}""";

        var job = await RunAsync(test, Payload);

        Assert.Equal(JobState.Succeeded, job.State);
        Assert.Equal("; $(touch pwned) `touch pwned` \n * \" 'q' ä\n", File.ReadAllText(_folder["args"]));
        Assert.Equal(Payload, File.ReadAllText(_folder["stdin"]));
        Assert.False(File.Exists(_folder["pwned"]));
        string[] shell = ["PWD", "SHLVL", "_", "OLDPWD"];
        Assert.Equal(
            ["PATH", "PAWL_ATTEMPT", "PAWL_IDEMPOTENCY_KEY", "PAWL_JOB_ID", "PAWL_QUEUE", "PAWL_TYPE", "TRACEPARENT"],
            File.ReadAllLines(_folder["names"]).Except(shell).Order(StringComparer.Ordinal));
        var all = File.ReadAllLines(_folder["all"]);
        Assert.Contains($"PAWL_JOB_ID={job.Id}", all);
        Assert.Contains($"PAWL_IDEMPOTENCY_KEY=pawl-{job.Id}", all);
        Assert.Contains("PAWL_TYPE=test.command", all);
    }

    [Fact]
    public async Task A_command_goes_on_in_the_trace_that_asked_for_its_job()
    {
        await using var test = await StartAsync("echo $TRACEPARENT > trace");
        const string Asked = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

        await RunAsync(test, "{}", new() { Traceparent = Asked });

        var trace = File.ReadAllText(_folder["trace"]);
        Assert.StartsWith("00-4bf92f3577b34da6a3ce929d0e0e4736-", trace, StringComparison.Ordinal);
        Assert.DoesNotContain("00f067aa0ba902b7", trace, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_trace_around_the_whole_host_is_not_that_of_a_command()
    {
        using var around = new Activity("host").SetIdFormat(ActivityIdFormat.W3C).Start();
        await using var test = await StartAsync("echo $TRACEPARENT > trace.$PAWL_JOB_ID");

        var (first, second) = (await RunAsync(test, "{}"), await RunAsync(test, "{}"));

        var traces = new[] { first, second }.Select(job => File.ReadAllText(_folder[$"trace.{job.Id}"]).Trim()).ToList();
        Assert.Equal(2, traces.Distinct().Count());
        Assert.DoesNotContain(around.Id!, traces);
    }

    [Fact]
    public async Task A_command_says_progress_checkpoint_items_artifacts_log_and_result_in_lines_of_JSON()
    {
        await using var test = await StartAsync("""
            printf card > out.apkg
            echo plain
            echo broken >&2
            echo '{"progress":{"total":10,"done":4,"message":"page 4"}}'
            echo '{"item":{"dataset":"commits","key":"a1","outcome":"succeeded","input_hash":"h","outputs":{"cards":2}}}'
            echo '{"item":{"dataset":"commits","key":"a2","outcome":"skipped"}}'
            echo '{"checkpoint":{"data":{"page":4},"schema":2,"last_item_key":"a2"}}'
            echo '{"artifact":{"name":"cards.apkg","path":"out.apkg"}}'
            echo '{"log":{"level":"error","message":"slow","fields":{"ms":12}}}'
            echo '{"log":{"level":"loud","message":"no such level"}}'
            echo '{"result":1}'
            echo '{"result":{"cards":[2]}}'
            echo '{"plain":"json"}'
            """);

        var job = await RunAsync(test, "{}");

        Assert.Equal((JobState.Succeeded, """{"cards":[2]}"""), (job.State, Encoding.UTF8.GetString(job.Result!.Value.Span)));
        Assert.Equal((4, 10, "page 4"), (job.Progress!.Done, job.Progress.Total, job.Progress.Message));
        Assert.Equal(
            ("""{"page":4}""", 2, "a2"),
            (Encoding.UTF8.GetString(job.Checkpoint!.Data.Span), job.Checkpoint.Schema, job.Checkpoint.LastItemKey));
        var artifact = await test.Jobs.ReadArtifactAsync(job.Id, "cards.apkg", Token);
        Assert.Equal("card", Encoding.UTF8.GetString(artifact!.Value.Span));
        var log = await LogAsync(test, job.Id);
        Assert.Contains(("information", "plain"), log);
        Assert.Contains(("warning", "broken"), log);
        Assert.Contains(("error", "slow"), log);
        Assert.Contains(("information", """{"plain":"json"}"""), log);
        Assert.Contains(log, line => line.Level == "warning" && line.Message.Contains("loud", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_next_attempt_finds_the_checkpoint_in_a_file_that_is_gone_afterwards()
    {
        await using var test = await StartAsync("""
            if [ -z "$PAWL_CHECKPOINT_FILE" ]; then echo '{"checkpoint":{"data":{"page":7}}}'; exit 75; fi
            cat "$PAWL_CHECKPOINT_FILE" > seen; stat -c %a "$PAWL_CHECKPOINT_FILE" "$(dirname "$PAWL_CHECKPOINT_FILE")" | tail -1 > mode
            echo "$PAWL_CHECKPOINT_FILE" > where
            """);
        var id = (await test.EnqueueAsync("test.command", "{}")).Id;
        await test.RunUntilIdleAsync(Token);
        var first = Assert.Single(await test.Jobs.AttemptsAsync(id, Token));
        Assert.Equal(("temporary", "exit.75"), (first.Error!.Code, first.Error.Rule));
        await test.AdvanceAsync(TimeSpan.FromSeconds(90), Token);

        Assert.Equal(JobState.Succeeded, (await test.Jobs.GetAsync(id, Token)).State);
        Assert.Equal("""{"page":7}""", File.ReadAllText(_folder["seen"]));
        Assert.Equal("700\n", File.ReadAllText(_folder["mode"]));
        Assert.False(File.Exists(File.ReadAllText(_folder["where"]).Trim()));
    }

    [Theory]
    [InlineData("exit 65", "", ErrorCategory.InvalidInput, "exit_65", 65)]
    [InlineData("exit 3", "", ErrorCategory.Internal, "exit_3", 3)]
    [InlineData("exit 3", """ "ExitCodes": { "3": "not_found" } """, ErrorCategory.NotFound, "exit_3", 3)]
    [InlineData("kill -SEGV $$", "", ErrorCategory.Internal, "crashed", 139)]
    [InlineData("kill -KILL $$", "", ErrorCategory.ResourceExhausted, "killed", 137)]
    [InlineData("""echo '{"error":{"category":"permission","code":"no_way"}}'; exit 9""", "", ErrorCategory.Permission, "no_way", 9)]
    [InlineData("""echo '{"error":{"category":"conflict"}}'""", "", ErrorCategory.Conflict, "conflict", 0)]
    public async Task The_end_of_a_command_is_classified(string script, string more, ErrorCategory category, string code, int exitCode)
    {
        await using var test = await StartAsync(script + "\n", more: more, type: """ "MaxAttempts": 1, """);

        var job = await RunAsync(test, "{}");

        Assert.Equal(
            (JobState.Failed, category, code, (int?)exitCode), (job.State, job.Error!.Category, job.Error.Code, job.Error.ExitCode));
    }

    [Fact]
    public async Task What_a_command_says_wrongly_is_a_line_of_log_and_what_it_says_rightly_still_counts()
    {
        var deep = $"{new string('[', 40)}{new string(']', 40)}";
        await using var test = await StartAsync($$$"""
            echo '{"result":{{{deep}}}}'
            echo '{"result":1,"log":{}}'
            echo '{"progress":{"done":-1}}'
            echo '{"progress":{"done":"many"}}'
            echo '{"item":{"dataset":"d","key":"","outcome":"succeeded"}}'
            echo '{"item":{"dataset":"d","key":"k","outcome":"maybe"}}'
            echo '{"checkpoint":{}}'
            echo '{"checkpoint":{"data":1,"schema":1.5}}'
            echo '{"artifact":{"name":"../a","path":"a"}}'
            echo '{"progress":{"done":1},"progress":{"done":2}}'
            echo '{"result":"right"}'
            """);

        var job = await RunAsync(test, "{}");

        Assert.Equal((JobState.Succeeded, "\"right\""), (job.State, Encoding.UTF8.GetString(job.Result!.Value.Span)));
        Assert.Equal((0, null), (job.Progress?.Done ?? 0, job.Checkpoint));
        var log = await LogAsync(test, job.Id);
        Assert.Equal((3, 7), (log.Count(line => line.Level == "information"), log.Count(line => line.Level == "warning")));
    }

    [Theory]
    [InlineData("/etc/hostname")]
    [InlineData("../secret")]
    [InlineData("link")]
    [InlineData("linked/secret")]
    [InlineData("pipe")]
    [InlineData("linked")]
    [InlineData("missing")]
    public async Task A_file_outside_of_the_working_folder_is_no_artifact(string path)
    {
        var work = Directory.CreateDirectory(_folder["work"]).FullName;
        File.WriteAllText(_folder["secret"], "canary");
        Directory.CreateDirectory(_folder["outside"]);
        File.WriteAllText(_folder["outside/secret"], "canary");
        await using var test = await StartAsync(
            "ln -s ../secret link; ln -s ../outside linked; mkfifo pipe; "
                + $$$"""echo '{"artifact":{"name":"a","path":"{{{path}}}"}}'""",
            folder: work);

        var job = await RunAsync(test, "{}");

        Assert.Equal(JobState.Succeeded, job.State);
        Assert.Empty(await test.Jobs.ArtifactsAsync(job.Id, Token));
        Assert.Contains(
            await LogAsync(test, job.Id), line => line.Message.Contains("is not taken as an artifact", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Output_over_its_limit_is_dropped_behind_one_marker_and_the_command_goes_on()
    {
        await using var test = await StartAsync(
            """for i in 1 2 3 4 5 6 7 8 9; do echo 0123456789; echo 0123456789 >&2; done; echo '{"result":"whole"}'""",
            more: """ "OutputLimit": "60B" """);

        var job = await RunAsync(test, "{}");

        Assert.Equal("\"whole\"", Encoding.UTF8.GetString(job.Result!.Value.Span));
        var log = await LogAsync(test, job.Id);
        Assert.Single(log, line => line.Message.StartsWith("The output ends here", StringComparison.Ordinal));
        Assert.Equal(6, log.Count);
    }

    [Fact]
    public async Task Hostile_output_costs_no_memory_and_stays_in_its_line()
    {
        await using var test = await StartAsync(
            """
            head -c 134217728 /dev/zero; echo; printf '\377\376 bad \033[31m utf8\r\n'
            echo '{"log":{"level":"info","message":"a\u000d\u000ab"}}'
            """);
        var before = GC.GetTotalAllocatedBytes();

        var job = await RunAsync(test, "{}");

        Assert.Equal(JobState.Succeeded, job.State);
        var log = await LogAsync(test, job.Id);
        Assert.Equal(3, log.Count);
        Assert.EndsWith("(the line was longer)", log[0].Message, StringComparison.Ordinal);
        Assert.Equal("\ufffd\ufffd bad \u001b[31m utf8", log[1].Message);
        Assert.Equal("a\r\nb", log[2].Message);

        // What the tests beside this one allocate counts too; a line that is kept whole would cost all it has, twice.
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 134_217_728);
    }

    [Fact]
    public async Task A_tree_over_its_memory_is_killed_as_resource_exhausted()
    {
        await using var test = await StartAsync(
            """sh -c 'echo $$ > pids; x=$(head -c 100000000 /dev/zero | tr "\0" x); sleep 1000' & wait""",
            more: """ "MemoryLimit": "64MB" """);

        var id = (await test.EnqueueAsync("test.command", "{}")).Id;
        await test.RunUntilIdleAsync(Token);

        var error = Assert.Single(await test.Jobs.AttemptsAsync(id, Token)).Error!;
        Assert.Equal((ErrorCategory.ResourceExhausted, "resource_exhausted"), (error.Category, error.Code));
        AssertGone();
    }

    [Fact]
    public async Task A_cancelled_command_is_asked_and_then_killed_with_all_it_started()
    {
        await using var test = await StartAsync(
            """
            trap 'echo asked > heard; mv heard asked' TERM
            echo $$ > pids
            setsid sh -c 'trap "" TERM; echo $$ >> pids; while :; do sleep 1; done' &
            ( sh -c 'trap "" TERM; echo $$ >> pids; exec sleep 1000' & )
            while [ "$(wc -l < pids)" -lt 3 ]; do sleep 0.02; done
            ps -o pgid= -p $$ > group
            mv group ready
            while :; do sleep 0.02; done
            """,
            type: """ "Grace": "1h", """);
        using var watcher = new FileSystemWatcher(_folder.FullPath);
        var (ready, asked) = (Running.Stage.Point(), Running.Stage.Point());
        watcher.Renamed += (_, renamed) => _ = renamed.Name == "ready" ? ready.TrySetResult() : asked.TrySetResult();
        watcher.EnableRaisingEvents = true;
        var id = (await test.EnqueueAsync("test.command", "{}")).Id;
        await Running.Stage.PassedAsync(ready);

        await test.Jobs.CancelAsync(id, cancellationToken: Token);
        await test.PassAsync(TimeSpan.FromSeconds(12), Token);
        await Running.Stage.PassedAsync(asked);
        await test.PassAsync(TimeSpan.FromHours(1), Token);
        await test.RunUntilIdleAsync(Token);

        var pids = File.ReadAllLines(_folder["pids"]);
        Assert.Equal(pids[0], File.ReadAllText(_folder["ready"]).Trim());
        Assert.Equal(JobState.Cancelled, (await test.Jobs.GetAsync(id, Token)).State);
        Assert.True(File.Exists(_folder["asked"]));
        Assert.Equal(3, pids.Length);

        // The clock was moved past the end of the grace in one step, so the engine may have been first; the command is killed all the same.
        await Task.WhenAll(pids.Select(EndAsync));
        AssertGone();
    }

    [Fact]
    public async Task What_a_command_leaves_behind_does_not_outlive_it()
    {
        await using var test = await StartAsync("""
            setsid sh -c 'echo $$ >> pids; mv pids ready; exec sleep 1000' &
            while [ ! -e ready ]; do sleep 0.02; done
            """);

        var job = await RunAsync(test, "{}");

        Assert.Equal(JobState.Succeeded, job.State);
        AssertGone("ready");
    }

    [Fact]
    public async Task A_command_that_is_not_there_fails_as_configuration()
    {
        await using var test = await Declared.StartAsync(
            """{"test.command":{"Handler":"command","Command":{"Argv":["./no-such-program"]}}}""");

        var job = await RunAsync(test, "{}");

        Assert.Equal((ErrorCategory.Configuration, "command_not_found"), (job.Error!.Category, job.Error.Code));
    }

    private Task<PawlTest> StartAsync(
        string script, string[]? args = null, string more = "", string type = "", string? folder = null)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The scripts, and what is promised of a tree, are for Linux.");
        var argv = JsonSerializer.Serialize<string[]>(["/bin/sh", "-c", script, "sh", .. args ?? []]);
        var work = JsonSerializer.Serialize(folder ?? _folder.FullPath);
        var rest = more.Length == 0 ? "" : "," + more;
        return Declared.StartAsync(
            "{\"test.command\":{" + type + "\"Handler\":\"command\",\"Command\":{\"Argv\":" + argv
            + ",\"WorkingDirectory\":" + work + rest + "}}}");
    }

    private static async Task<Job> RunAsync(PawlTest test, string payload, EnqueueOptions? options = null)
    {
        var id = (await test.EnqueueAsync("test.command", payload, options)).Id;
        await test.RunUntilIdleAsync(Token);
        return await test.Jobs.GetAsync(id, Token);
    }

    private static async Task<List<(string Level, string Message)>> LogAsync(PawlTest test, JobId id)
    {
        var text = new StringBuilder();
        for (var page = await test.Jobs.LogAsync(id, cancellationToken: Token); !page.Text.IsEmpty;)
        {
            text.Append(Encoding.UTF8.GetString(page.Text.Span));
            page = await test.Jobs.LogAsync(id, offset: page.NextOffset, cancellationToken: Token);
        }

        var lines = text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return [.. lines.Select(line =>
        {
            using var read = JsonDocument.Parse(line);
            return (read.RootElement.GetProperty("level").GetString()!, read.RootElement.GetProperty("message").GetString()!);
        })];
    }

    /// <summary>Fails if any of the processes still is that wrote its number down.</summary>
    private void AssertGone(string file = "pids")
    {
        var named = File.ReadAllLines(_folder[file]);
        Assert.NotEmpty(named);
        Assert.DoesNotContain(named, IsAlive);
    }

    // One that has ended may stand in the list until its new parent has looked.
    private static bool IsAlive(string pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{int.Parse(pid, CultureInfo.InvariantCulture)}/stat");
            return stat[stat.LastIndexOf(')') + 2] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static async Task EndAsync(string pid)
    {
        try
        {
            using var process = Process.GetProcessById(int.Parse(pid, CultureInfo.InvariantCulture));
            await process.WaitForExitAsync(Token).WaitAsync(TimeSpan.FromSeconds(120), Token);
        }
        catch (ArgumentException)
        {
            // It has ended.
        }
    }
}
