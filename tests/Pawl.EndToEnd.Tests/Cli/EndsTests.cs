using System.Net;
using System.Net.Sockets;

namespace Pawl.EndToEnd.Tests.Cli;

/// <summary>How runs end that somebody or something breaks off.</summary>
public sealed class EndsTests(Server server) : IClassFixture<Server>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("enqueue demo.sleep -", "more than 16 MB")]
    [InlineData("enqueue --ndjson", "line 1 of stdin is longer than 4 MB")]
    [InlineData("items status demo -", "more than 64 MB")]
    public async Task Stdin_without_an_end_is_not_read_to_it(string words, string told)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The kernel tells how much memory a process ever had.");
        using var process = server.Tool.Start(words.Split(' '));
        var errors = process.StandardError.ReadToEndAsync(Stop);
        var most = 0L;
        try
        {
            var part = new byte[1 << 20];
            Array.Fill(part, (byte)'7');
            for (var megabyte = 0; megabyte < 1_024; megabyte++)
            {
                await process.StandardInput.BaseStream.WriteAsync(part, Stop);
                most = Math.Max(most, process.HasExited ? 0 : Peak(process.Id));
            }

            Assert.Fail("It took a whole gigabyte.");
        }
        catch (IOException)
        {
            // it has ended
        }

        await process.WaitForExitAsync(Stop);
        Assert.Equal(2, process.ExitCode);
        Assert.Contains(told, await errors, StringComparison.Ordinal);
        Assert.True(most < 400L << 20, $"It took {most} bytes of memory.");
    }

    [Theory]
    [InlineData("list --all -o ndjson")]
    [InlineData("list --all")]
    [InlineData("list --limit 500 -o json -q")]
    [InlineData("db script")]
    [InlineData("list --help")]
    public async Task A_reader_who_has_seen_enough_is_no_error(string words)
    {
        var lines = string.Concat(Enumerable.Range(0, 300).Select(_ => """{"type":"demo.sleep","payload":{"seconds":0}}""" + "\n"));
        (await server.Tool.RunAsync(["enqueue", "--ndjson"], lines)).Ends(0);
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no head.");

        var said = await server.Tool.RunOtherAsync(
            "bash", "-c", $"dotnet '{Tool.Program}' {words} | head -n1 > /dev/null; echo ${{PIPESTATUS[0]}}");

        Assert.Equal(("0\n", ""), (said.Output, said.Errors));
    }

    [Fact]
    public async Task Ctrl_C_leaves_the_job_alone_and_ends_with_130()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Ctrl-C is sent as a signal.");
        var id = (await server.RunAsync("enqueue", "demo.stream", "--payload", """{"chunks":100000,"ms":20}""", "-o", "id")).Ends(0).Output
            .Trim();
        foreach (var words in (string[][])[["watch", id], ["logs", id, "-f"], ["wait", id], ["stats", "--watch"]])
        {
            using var process = server.Tool.StartInterruptible([.. words, "-v"]);
            var asks = await process.StandardError.ReadLineAsync(Stop).AsTask().WaitAsync(Tool.Limit, Stop);
            Assert.StartsWith("> GET ", asks, StringComparison.Ordinal);

            Unix.Interrupt(process.Id);

            await process.WaitForExitAsync(Stop).WaitAsync(Tool.Limit, Stop);
            Assert.Equal(130, process.ExitCode);
        }

        Assert.Contains("\"state\":\"running\"", (await server.RunAsync("get", id, "-o", "json")).Ends(0).Output, StringComparison.Ordinal);
        (await server.RunAsync("cancel", id)).Ends(0);
    }

    [Fact]
    public async Task A_server_that_never_answers_is_left_when_the_time_is_up_or_at_Ctrl_C()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Ctrl-C is sent as a signal.");
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        string[] words = ["list", "--url", $"http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}"];

        Assert.Equal("timed_out", (await server.RunAsync([.. words, "--timeout", "500ms"])).Ends(7).Code);

        while (silent.Pending())
        {
            (await silent.AcceptSocketAsync(Stop)).Dispose();   // of the run above, if it came so far
        }

        using var process = server.Tool.StartInterruptible([.. words, "-v"]);
        using var asked = await silent.AcceptSocketAsync(Stop).AsTask().WaitAsync(Tool.Limit, Stop);
        Unix.Interrupt(process.Id);
        await process.WaitForExitAsync(Stop).WaitAsync(Tool.Limit, Stop);
        Assert.Equal(130, process.ExitCode);
    }

    [Fact]
    public async Task Storage_that_fails_ends_with_70()
    {
        using var tool = new Tool();
        (await tool.RunAsync("db", "migrate", "--yes")).Ends(0);
        Directory.CreateDirectory(tool["pawl.db-wal"]);   // where SQLite wants its log
        foreach (var words in (string[])["db status", "db check", "db backup copy.db", "db migrate --yes", "db prune --yes",
            "serve --listen 127.0.0.1:0"])
        {
            var said = (await tool.RunAsync(words.Split(' '))).Ends(70);

            Assert.Equal("storage_failed", said.Code);
            Assert.Empty(said.Output);
            Assert.Single(said.Errors.Trim().Split('\n'), line => line.StartsWith("error[", StringComparison.Ordinal));
        }

        Assert.Empty(Directory.GetFiles(tool["."], "copy*"));
    }

    [Fact]
    public async Task A_wait_that_is_too_long_ends_with_7_and_a_log_is_followed_however_short_a_request_may_take()
    {
        var id = (await server.RunAsync("enqueue", "demo.stream", "--payload", """{"chunks":5,"ms":1500}""", "-o", "id")).Ends(0).Output
            .Trim();

        var log = (await server.RunAsync("logs", id, "-f", "--timeout", "6s")).Ends(0);

        Assert.Contains("Chunk 5 of 5", log.Output, StringComparison.Ordinal);
        Assert.Equal("timed_out", (await server.RunAsync("list", "--timeout", "1ms")).Ends(7).Code);
    }

    [Fact]
    public async Task No_password_of_an_address_is_told()
    {
        foreach (var words in (string[][])[
            ["list", "--url", "http://u:canary@127.0.0.1:1/", "-v"], ["list", "--url", "http://127.0.0.1:1/?token=canary", "-v"],
            ["list", "--url", "ftp://canary@h"], ["profiles", "add", "x", "--url", "http://u:canary@h"],
            ["get", "1", "pawl_k_canary"], ["list", "--tokn", "pawl_k_canary"], ["list", "pawl_k_canary", "-v", "--limit", "1"]])
        {
            var said = await server.RunAsync(words);
            Assert.DoesNotContain("canary", said.Output + said.Errors, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("limits list", "pawl knows no verb 'limits'")]
    [InlineData("queus list", "did you mean 'queues'?")]
    [InlineData("queues lst pause", "pawl queues knows no verb 'lst'; hint: did you mean 'list'?")]
    [InlineData("-o json enqeue demo.sleep", "did you mean 'enqueue'?")]
    [InlineData("failures gt x", "did you mean 'get'?")]
    public async Task The_first_word_that_is_no_verb_is_the_one_that_is_told(string words, string told)
    {
        var said = (await server.RunAsync(words.Split(' '))).Ends(2);

        Assert.Contains(told, said.Errors, StringComparison.Ordinal);
    }

    private static long Peak(int pid)
    {
        try
        {
            var line = File.ReadLines($"/proc/{pid}/status").FirstOrDefault(text => text.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], null) << 10;
        }
        catch (Exception error) when (error is IOException or DirectoryNotFoundException)
        {
            return 0;
        }
    }
}
