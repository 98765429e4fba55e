using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;

namespace Pawl.Cards.Tests;

/// <summary>The program with <c>--serve</c>: its jobs are watched over HTTP, while they run and after.</summary>
public sealed class ServedRuns : IDisposable
{
    private const int Commits = 5;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly TestRepository _repository = new();
    private readonly HttpClient _client = new() { Timeout = Limit };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Key => Path.Combine(_repository.Root, "cards.db.token");

    public void Dispose()
    {
        _client.Dispose();
        _repository.Dispose();
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task A_run_is_watched_while_it_works_and_after_until_the_program_is_stopped(string signal)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The git of this test is a shell script.");
        _repository.Many(Commits);
        var gate = Path.Combine(_repository.Root, "gate");
        Assert.Equal(0, Child.Run("mkfifo", [gate], _repository.Root).Exit);
        using var process = Start(Waiting(gate), "--listen", "127.0.0.1:0");

        var url = await SaidAsync(process, "server: ");
        Assert.Equal(Key, await SaidAsync(process, "key: "));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Key));
        }

        var look = await SaidAsync(process, "look: ");
        Assert.Equal(
            $"curl -H \"Authorization: Bearer $(cat cards.db.token)\" '{url}/api/jobs?query=type:cards.reprocess&limit=1'", look);

        // The gate opens for writing when a git waits at it: then the job runs.
        await using (await Task.Run(() => new FileStream(gate, FileMode.Open, FileAccess.Write), Stop).WaitAsync(Limit, Stop))
        {
            Assert.Equal("running", (await LookAsync(url)).GetProperty("state").GetString());
            using var nobody = await _client.GetAsync(new Uri($"{url}/api/jobs"), Stop);
            Assert.Equal(HttpStatusCode.Unauthorized, nobody.StatusCode);
        }

        Assert.Equal($"on {url} until Ctrl+C.", await SaidAsync(process, "The server stays "));
        var job = await LookAsync(url);
        Assert.Equal("succeeded", job.GetProperty("state").GetString());
        Assert.Equal(2 * Commits, job.GetProperty("progress").GetProperty("done").GetInt32());
        Assert.Equal(0, await StopAsync(process, signal));
        Assert.True(File.Exists(Path.Combine(_repository.Root, "deck.apkg")));
    }

    [Fact]
    public async Task A_second_server_takes_the_next_free_port_and_a_named_port_that_is_taken_ends_it_with_7()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are Unix's.");
        _repository.Many(1);
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var (exit, output, error) = Child.Run("dotnet", Words("--listen", $"{taken.LocalEndpoint}"), _repository.Root);
        Assert.Equal((7, ""), (exit, output));
        Assert.Contains("is in use", error, StringComparison.Ordinal);
        Assert.False(File.Exists(Key));

        using var usual = new TcpListener(IPAddress.Loopback, 7295);
        try
        {
            usual.Start();
        }
        catch (SocketException)
        {
            // Somebody else has it, which is as good.
        }

        using var process = Start(null);
        var url = new Uri(await SaidAsync(process, "server: "));
        Assert.InRange(url.Port, 7296, 7314);
        await SaidAsync(process, "The server stays ");
        Assert.Equal(0, await StopAsync(process, "INT"));
    }

    [Fact]
    public async Task A_key_of_the_first_start_is_good_for_the_second()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are Unix's.");
        _repository.Many(1);
        for (var start = 0; start < 2; start++)
        {
            using var process = Start(null, "--listen", "127.0.0.1:0");
            var url = await SaidAsync(process, "server: ");
            await SaidAsync(process, "The server stays ");
            Assert.Equal("succeeded", (await LookAsync(url)).GetProperty("state").GetString());
            Assert.Equal(0, await StopAsync(process, "TERM"));
        }
    }

    [Theory]
    [InlineData("--listen", "7300")]
    [InlineData("--serve", "--listen", "0.0.0.0:7300")]
    [InlineData("--serve", "--listen", "192.0.2.1:7300")]
    [InlineData("--serve", "--listen", "127.0.0.1")]
    [InlineData("--serve", "--listen", "70000")]
    public void An_address_that_others_reach_or_that_is_none_is_bad_usage(params string[] words) =>
        Assert.Contains("--listen", global::Cards.Face.CommandLine.Read([".", .. words]).Error, StringComparison.Ordinal);

    private static async Task<string> SaidAsync(Process process, string beginning)
    {
        using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
        while (await process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            if (line.StartsWith(beginning, StringComparison.Ordinal))
            {
                return line[beginning.Length..];
            }
        }

        Assert.Fail($"The program ended without '{beginning}': {await process.StandardError.ReadToEndAsync(limit.Token)}");
        return "";
    }

    private static async Task<int> StopAsync(Process process, string signal)
    {
        using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
        Assert.Equal(0, Child.Run("sh", ["-c", $"kill -{signal} {process.Id}"], Path.GetTempPath()).Exit);
        await process.WaitForExitAsync(limit.Token);
        Assert.Equal("", await process.StandardError.ReadToEndAsync(limit.Token));
        return process.ExitCode;
    }

    // The newest job of the run, by the key in the file.
    private async Task<JsonElement> LookAsync(string url)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{url}/api/jobs?query=type:cards.reprocess&limit=1");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", (await File.ReadAllTextAsync(Key, Stop)).Trim());
        using var reply = await _client.SendAsync(request, Stop);
        using var json = JsonDocument.Parse(await reply.Content.ReadAsStringAsync(Stop));
        Assert.True(reply.StatusCode == HttpStatusCode.OK, json.RootElement.ToString());
        return json.RootElement.GetProperty("items").EnumerateArray().Single().Clone();
    }

    // A git that waits at the gate before it shows its first commit.
    private string Waiting(string gate)
    {
        var git = Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, "git")).First(File.Exists);
        var folder = Directory.CreateDirectory(Path.Combine(_repository.Root, "bin")).FullName;
        var script = Path.Combine(folder, "git");
        File.WriteAllText(script, $"""
            #!/bin/sh
            case " $* " in
              *' show '*) mkdir '{gate}.passed' 2> /dev/null && cat '{gate}' ;;
            esac
            exec '{git}' "$@"

            """.ReplaceLineEndings("\n"));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return folder;
    }

    private Process Start(string? first, params string[] more)
    {
        var start = new ProcessStartInfo("dotnet", Words(more))
        {
            WorkingDirectory = _repository.Root, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        if (first is not null)
        {
            start.Environment["PATH"] = first + Path.PathSeparator + start.Environment["PATH"];
        }

        return Process.Start(start)!;
    }

    private List<string> Words(params string[] more) =>
    [
        Path.Combine(AppContext.BaseDirectory, "cards.dll"), _repository.Folder, "--output",
        Path.Combine(_repository.Root, "deck.apkg"), "--serve", .. more,
    ];
}
