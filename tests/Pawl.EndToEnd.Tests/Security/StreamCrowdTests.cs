using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Pawl.EndToEnd.Tests.Cli;

namespace Pawl.EndToEnd.Tests.Security;

/// <summary>Crowds of streams on one server: as many as there may be, and who does not read is let go. With <c>PAWL_TEST_FULL=1</c> ten
/// thousand come, and two hundred never read.</summary>
public sealed class StreamCrowdTests(ITestOutputHelper output)
{
    private const int OfKey = 20;
    private const int OfAll = 1_000;
    private const long Gigabyte = 1L << 30;
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);
    private static readonly bool Full = Environment.GetEnvironmentVariable("PAWL_TEST_FULL") == "1";

    // Full runs have the machine to themselves.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(Full ? 30 : 90);

    [Fact]
    public async Task A_crowd_is_let_in_up_to_the_limits_and_who_never_reads_is_let_go()
    {
        var (many, deaf) = Full ? (10_000, 200) : (1_200, 20);
        await using var server = new Server();
        server.Tool.Environment["Pawl__Web__RequestsPerSecond"] = "0";
        await server.StartAsync("--demo");
        using var http = new HttpClient { BaseAddress = new($"{server.Url}/") };
        http.DefaultRequestHeaders.Authorization = new("Bearer", server.Key);
        var keys = await KeysAsync(http, 1 + ((many + deaf) / OfKey));
        var open = new List<TcpClient>();
        try
        {
            // Those who never read come first and ask for most.
            foreach (var key in Enumerable.Range(0, deaf).Select(n => keys[n / OfKey]))
            {
                var (status, _, client) = await ComeAsync(server.Url, key, "jobs", read: false);
                Assert.Equal(200, status);
                open.Add(client!);
            }

            var answers = new Dictionary<(int, string), int>();
            for (var n = 0; n < many; n++)
            {
                var (status, code, client) = await ComeAsync(server.Url, keys[(deaf + n) / OfKey], "notices", read: true);
                answers[(status, code)] = answers.GetValueOrDefault((status, code)) + 1;
                open.AddRange(client is null ? [] : [client]);
            }

            Assert.Equal(
                new Dictionary<(int, string), int> { [(200, "")] = OfAll - deaf, [(503, "overloaded")] = many - OfAll + deaf }, answers);
            var (refused, why, _) = await ComeAsync(server.Url, keys[0], "notices", read: true);
            Assert.Equal((429, "too_many_streams"), (refused, why));
            Assert.Equal(OfAll, await StreamsAsync(http));

            var drowned = await DrownAsync(http, server, deaf);
            output.WriteLine($"{deaf} who never read were let go in {drowned.TotalSeconds:0.0} s.");
            Assert.InRange(await StreamsAsync(http), OfAll - deaf, OfAll - 1);   // the last of them are about to go
            Assert.DoesNotContain("could not be done", server.Errors, StringComparison.Ordinal);

            var (resident, peak) = (await MemoryAsync(server.Pid, "VmRSS"), await MemoryAsync(server.Pid, "VmHWM"));
            output.WriteLine($"{many + deaf} came, {OfAll} were let in: {resident >> 20} MB resident, {peak >> 20} MB at most.");
            Assert.True(peak < Gigabyte, $"{peak >> 20} MB");

            var since = TimeProvider.System.GetTimestamp();
            Assert.Equal(0, await server.StopAsync());
            var took = TimeProvider.System.GetElapsedTime(since);
            output.WriteLine($"It stopped in {took.TotalSeconds:0.00} s with {OfAll - deaf} streams open.");
            Assert.True(took < Farewell, $"{took}");
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

    /// <summary>News until no buffer holds more, and all who do not read are let go.</summary>
    private static async Task<TimeSpan> DrownAsync(HttpClient http, Server server, int deaf)
    {
        var tags = string.Join(',', Enumerable.Range(0, 20).Select(n => $"\"t{n}\":\"{new string('x', 100)}\""));
        var job = $$$"""{"type":"demo.sleep","payload":{},"delay_ms":3600000,"tags":{{{{tags}}}}}""";
        var jobs = string.Join(',', Enumerable.Repeat(job, 300));
        var since = TimeProvider.System.GetTimestamp();
        while (server.Errors.Split("\"EventId\":1807").Length - 1 < deaf)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(since) < Patience, $"Some are still there after {Patience}.");
            using var reply = await http.PostAsync(
                "api/jobs/batch",
                new StringContent($$"""{"jobs":[{{jobs}}]}""", null, "application/json"),
                TestContext.Current.CancellationToken);
            Assert.True(reply.IsSuccessStatusCode);
        }

        return TimeProvider.System.GetElapsedTime(since);
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
