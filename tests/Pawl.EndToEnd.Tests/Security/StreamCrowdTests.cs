using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Pawl.EndToEnd.Tests.Cli;

namespace Pawl.EndToEnd.Tests.Security;

/// <summary>Crowds of streams on one server: as many as there may be, and who does not read is let go. With <c>PAWL_TEST_FULL=1</c> ten
/// thousand come, and two hundred never read; otherwise fewer, and fewer are let in.</summary>
public sealed class StreamCrowdTests(ITestOutputHelper output)
{
    private const long Gigabyte = 1L << 30;
    private static readonly bool Full = Environment.GetEnvironmentVariable("PAWL_TEST_FULL") == "1";
    private static readonly (int OfKey, int OfAll, int Many, int Deaf) Crowd = Full ? (20, 1_000, 10_000, 200) : (5, 100, 120, 20);

    // Only where the machine does nothing else, as in a full run.
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LetGoWithin = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_crowd_is_let_in_up_to_the_limits_and_who_never_reads_is_let_go()
    {
        var (ofKey, ofAll, many, deaf) = Crowd;
        await using var server = new Server();
        server.Tool.Environment["Pawl__Web__RequestsPerSecond"] = "0";
        server.Tool.Environment["Pawl__Web__MaxStreamsPerKey"] = $"{ofKey}";
        server.Tool.Environment["Pawl__Web__MaxStreams"] = $"{ofAll}";
        await server.StartAsync("--demo");
        using var http = new HttpClient { BaseAddress = new($"{server.Url}/") };
        http.DefaultRequestHeaders.Authorization = new("Bearer", server.Key);
        var keys = await KeysAsync(http, 1 + ((many + deaf) / ofKey));
        var open = new List<TcpClient>();
        try
        {
            // Those who never read come first and ask for most.
            foreach (var key in Enumerable.Range(0, deaf).Select(n => keys[n / ofKey]))
            {
                var (status, _, client) = await ComeAsync(server.Url, key, "jobs", read: false);
                Assert.Equal(200, status);
                open.Add(client!);
            }

            var answers = new Dictionary<(int, string), int>();
            for (var n = 0; n < many; n++)
            {
                var (status, code, client) = await ComeAsync(server.Url, keys[(deaf + n) / ofKey], "notices", read: true);
                answers[(status, code)] = answers.GetValueOrDefault((status, code)) + 1;
                open.AddRange(client is null ? [] : [client]);
            }

            Assert.Equal(
                new Dictionary<(int, string), int> { [(200, "")] = ofAll - deaf, [(503, "overloaded")] = many - ofAll + deaf }, answers);
            var (refused, why, _) = await ComeAsync(server.Url, keys[0], "notices", read: true);
            Assert.Equal((429, "too_many_streams"), (refused, why));
            Assert.Equal(ofAll, await StreamsAsync(http));

            var since = TimeProvider.System.GetTimestamp();
            await TellMuchAsync(http);
            await LetGoAsync(http, server, deaf, ofAll - deaf);
            var drowned = TimeProvider.System.GetElapsedTime(since);
            output.WriteLine($"{deaf} who never read were let go in {drowned.TotalSeconds:0.0} s.");
            Assert.True(!Full || drowned < LetGoWithin, $"{drowned}");
            Assert.DoesNotContain("could not be done", server.Errors, StringComparison.Ordinal);

            var (resident, peak) = (await MemoryAsync(server.Pid, "VmRSS"), await MemoryAsync(server.Pid, "VmHWM"));
            output.WriteLine($"{many + deaf} came, {ofAll} were let in: {resident >> 20} MB resident, {peak >> 20} MB at most.");
            Assert.True(peak < Gigabyte, $"{peak >> 20} MB");

            since = TimeProvider.System.GetTimestamp();
            Assert.Equal(0, await server.StopAsync());
            var took = TimeProvider.System.GetElapsedTime(since);
            output.WriteLine($"It stopped in {took.TotalSeconds:0.00} s with {ofAll - deaf} streams open.");
            Assert.True(!Full || took < Farewell, $"{took}");
        }
        finally
        {
            open.ForEach(client => client.Dispose());
        }
    }

    private static async Task<List<string>> KeysAsync(HttpClient http, int count)
    {
        var keys = new List<string>();
        for (var n = 0; n < count; n++)
        {
            using var reply = await http.PostAsJsonAsync(
                "api/keys", new { name = $"crowd-{n}", role = "viewer" }, TestContext.Current.CancellationToken);
            keys.Add(JsonElement.Parse(await reply.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))
                .GetProperty("key").GetString()!);
        }

        return keys;
    }

    /// <summary>Asks for a stream by a bare socket: status and code, and the connection where it was let in.</summary>
    private static async Task<(int Status, string Code, TcpClient? Client)> ComeAsync(string url, string key, string topic, bool read)
    {
        var server = new Uri(url);
        var client = new TcpClient { ReceiveBufferSize = read ? 16_384 : 2_048 };
        using var late = new CancellationTokenSource(Tool.Limit, TimeProvider.System);
        await client.ConnectAsync(server.Host, server.Port, late.Token);
        var talk = client.GetStream();
        var request = $"GET /api/stream?topics={topic} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n\r\n";
        await talk.WriteAsync(Encoding.ASCII.GetBytes(request), late.Token);
        var (heard, buffer) = (new StringBuilder(), new byte[2_048]);
        while (!heard.ToString().Contains(": hello", StringComparison.Ordinal)
            && !heard.ToString().EndsWith('}')   // the end of a problem
            && await talk.ReadAsync(buffer, late.Token) is > 0 and var count)
        {
            heard.Append(Encoding.UTF8.GetString(buffer, 0, count));
        }

        var said = heard.ToString();
        var status = Wire.StatusOf(said);
        if (status == 200)
        {
            if (read)
            {
                _ = talk.CopyToAsync(Stream.Null, CancellationToken.None)
                    .ContinueWith(static end => _ = end.Exception, TaskScheduler.Default);
            }

            return (status, "", client);
        }

        client.Dispose();
        return (status, said.Split("\"code\":\"") is [_, var rest] ? rest[..rest.IndexOf('"', StringComparison.Ordinal)] : said, null);
    }

    /// <summary>Tells everyone who listens to jobs of 1,500 of them: 5 MB, more than all buffers between hold. Not more than 2,000, which
    /// would be told in one word (<c>reset</c>) to whoever is late.</summary>
    private static async Task TellMuchAsync(HttpClient http)
    {
        var tags = string.Join(',', Enumerable.Range(0, 20).Select(n => $"\"t{n}\":\"{new string('x', 100)}\""));
        var job = $$$"""{"type":"demo.sleep","payload":{},"delay_ms":3600000,"tags":{{{{tags}}}}}""";
        var jobs = string.Join(',', Enumerable.Repeat(job, 300));
        for (var n = 0; n < 5; n++)
        {
            using var reply = await http.PostAsync(
                "api/jobs/batch",
                new StringContent($$"""{"jobs":[{{jobs}}]}""", null, "application/json"),
                TestContext.Current.CancellationToken);
            Assert.True(reply.IsSuccessStatusCode);
        }
    }

    /// <summary>Until the log names so many who were let go, and all others are still there.</summary>
    private static async Task LetGoAsync(HttpClient http, Server server, int deaf, int left)
    {
        for (var n = 1; n <= deaf; n++)
        {
            await server.SaysAsync("\"EventId\":1807", n);
        }

        using var limit = new CancellationTokenSource(Tool.Limit, TimeProvider.System);
        while (await StreamsAsync(http) != left)   // the last of them are about to go
        {
            limit.Token.ThrowIfCancellationRequested();
        }
    }

    private static async Task<int> StreamsAsync(HttpClient http) =>
        int.Parse(
            (await http.GetStringAsync(new Uri("metrics", UriKind.Relative), TestContext.Current.CancellationToken)).Split('\n')
                .First(line => line.StartsWith("pawl_streams ", StringComparison.Ordinal))["pawl_streams ".Length..],
            CultureInfo.InvariantCulture);

    private static async Task<long> MemoryAsync(int pid, string what)
    {
        if (!OperatingSystem.IsLinux())
        {
            using var process = Process.GetProcessById(pid);
            return process.WorkingSet64;
        }

        var line = (await File.ReadAllLinesAsync($"/proc/{pid}/status", TestContext.Current.CancellationToken))
            .First(line => line.StartsWith(what, StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }
}
