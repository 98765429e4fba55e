using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Pawl.EndToEnd.Tests.Commands;

/// <summary>A server that is useful with no C# at all: types from <c>pawl.json</c>, jobs by plain HTTP.</summary>
public sealed class DeclaredTypesTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_example_of_the_page_runs_on_a_server()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The example is a shell script with a limit on memory.");
        var folder = new TempFolder();
        foreach (var file in Directory.EnumerateFiles(Repository.PathTo("samples/handlers")))
        {
            File.Copy(file, folder[Path.GetFileName(file)]);
        }

        await using var server = await Server.StartAsync(folder);
        var job = await server.EndAsync(
            await server.EnqueueAsync("cards.commit", """{"repoPath":"/r","commit":"a1b2"}""", Token), Token);
        var refused = await server.PostAsync(
            "api/jobs", """{"type":"cards.commit","payload":{"repoPath":"--upload-pack=x","commit":"a1"}}""", Token);

        Assert.Equal("succeeded", job.GetProperty("state").GetString());
        Assert.Equal("""{"cards":1}""", job.GetProperty("result").GetRawText());
        Assert.Equal("repo:/r", job.GetProperty("concurrency_key").GetString());
        Assert.Equal(
            (HttpStatusCode.UnprocessableEntity, "payload_invalid"), (refused.Status, refused.Body.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task A_slip_in_the_file_ends_the_start_with_its_path_and_line()
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder["pawl.json"], """
            { "Pawl": { "Types": { "a": {
              "Handler": "command",
              "Timout": "5m"
            } } } }
            """, Token);
        using var pawl = Process.Start(new ProcessStartInfo("dotnet", [Program, "serve", "--listen", "127.0.0.1:0"])
        {
            WorkingDirectory = folder.FullPath, RedirectStandardError = true, Environment = { ["XDG_CONFIG_HOME"] = folder["config"] },
        })!;
        var said = await pawl.StandardError.ReadToEndAsync(Token);
        await pawl.WaitForExitAsync(Token);

        Assert.Equal(8, pawl.ExitCode);
        Assert.Contains("config_invalid", said, StringComparison.Ordinal);
        Assert.Contains("Pawl:Types:a", said, StringComparison.Ordinal);
        Assert.Contains("Timout", said, StringComparison.Ordinal);
        Assert.Matches(@"\b3\b", said);
    }

    [Fact]
    public async Task A_secret_of_a_call_is_in_no_table_no_log_and_no_answer()
    {
        using var target = new TcpListener(IPAddress.Loopback, 0);
        target.Start();
        var port = ((IPEndPoint)target.LocalEndpoint).Port;
        var folder = new TempFolder();
        await File.WriteAllTextAsync(folder["pawl.json"], $$$"""
            { "Pawl": { "Types": { "hooks.deliver": { "Handler": "http", "MaxAttempts": 1, "Http": {
              "Url": "http://127.0.0.1:{{{port}}}/hook", "AllowedHosts": ["127.0.0.1"], "AllowPrivate": true,
              "Headers": { "X-Key": "secret://hook-key" } } } } } }
            """, Token);
        await using var server = await Server.StartAsync(folder, ("Pawl__Secrets__hook-key", "canary-4711"));
        var heard = AnswerAsync(target);

        var id = await server.EnqueueAsync("hooks.deliver", """{"n":1}""", Token);
        var job = await server.EndAsync(id, Token);

        Assert.Contains("X-Key: canary-4711", await heard, StringComparison.Ordinal);
        Assert.Equal("not_found", job.GetProperty("error").GetProperty("category").GetString());
        Assert.DoesNotContain("canary", job.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain("canary", await server.GetAsync($"api/jobs/{id}/attempts", Token), StringComparison.Ordinal);
        Assert.DoesNotContain("canary", await server.GetAsync($"api/jobs/{id}/events", Token), StringComparison.Ordinal);
        Assert.DoesNotContain("canary", server.Said, StringComparison.Ordinal);
        foreach (var file in Directory.EnumerateFiles(folder.FullPath, "pawl.db*"))
        {
            // Read as it is, while the server writes: a copy of bytes, whatever they mean.
            using var copy = Process.Start(new ProcessStartInfo("cat", [file]) { RedirectStandardOutput = true })!;
            using var bytes = new MemoryStream();
            await copy.StandardOutput.BaseStream.CopyToAsync(bytes, Token);
            Assert.DoesNotContain("canary", Encoding.Latin1.GetString(bytes.ToArray()), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_killed_command_of_a_cancelled_job_leaves_nothing_and_each_line_of_its_log_is_one_line_of_JSON()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The scripts, and what is promised of a tree, are for Linux.");
        var folder = new TempFolder();
        await File.WriteAllTextAsync(folder["stay.sh"], """
            trap '' TERM
            printf 'forged\r\n\033[31mline\n'
            setsid sleep 1000 &
            echo $! > child
            echo '{"progress":{"done":1}}'
            while :; do sleep 0.05; done
            """, Token);
        await File.WriteAllTextAsync(folder["pawl.json"], """
            { "Pawl": { "Types": { "stay": {
              "Handler": "command", "Grace": "1s", "Command": { "Argv": ["/bin/sh", "stay.sh"], "Env": ["PATH"] } } } } }
            """, Token);
        await using var server = await Server.StartAsync(folder);
        var id = await server.EnqueueAsync("stay", "{}", Token);
        while (!(await server.GetAsync($"api/jobs/{id}", Token)).Contains("\"done\":1", StringComparison.Ordinal))
        {
            // Its progress is stored about once a second.
        }

        await server.PostAsync($"api/jobs/{id}/cancel", "{}", Token);
        var job = await server.EndAsync(id, Token);

        Assert.Equal("cancelled", job.GetProperty("state").GetString());
        Assert.False(IsAlive(File.ReadAllText(folder["child"]).Trim()));
        Assert.All(
            server.Said.Split('\n').Where(line => line.StartsWith('{')), line => JsonDocument.Parse(line).Dispose());
    }

    private static readonly string Program = Path.Combine(
        AppContext.BaseDirectory, "..", "..", "Pawl.Cli", new DirectoryInfo(AppContext.BaseDirectory).Name, "Pawl.Cli.dll");

    private static bool IsAlive(string pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[stat.LastIndexOf(')') + 2] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static async Task<string> AnswerAsync(TcpListener target)
    {
        using var socket = await target.AcceptSocketAsync(Token);
        var request = new StringBuilder();
        var part = new byte[65_536];
        while (!request.ToString().EndsWith("{\"n\":1}", StringComparison.Ordinal))
        {
            request.Append(Encoding.UTF8.GetString(part, 0, await socket.ReceiveAsync(part, Token)));
        }

        await socket.SendAsync("HTTP/1.1 404 No\r\nConnection: close\r\n\r\nyou sent canary-4711"u8.ToArray(), Token);
        return request.ToString();
    }
}
