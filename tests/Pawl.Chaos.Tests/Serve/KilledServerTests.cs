using System.Globalization;
using System.Text;
using System.Text.Json;
using Pawl.Chaos.Tests.Faults;
using Pawl.Chaos.Tests.History;
using Pawl.Chaos.Tests.Kill;
using Pawl.Chaos.Tests.Report;

namespace Pawl.Chaos.Tests.Serve;

public sealed class KilledServerTests(ITestOutputHelper output)
{
    private const int Callers = 8;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Drain = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Startup = TimeSpan.FromSeconds(3);

    private readonly List<Call> _calls = [];
    private readonly Lock _gate = new();
    private int _number;

    private static int Kills => Load.Full ? 50 : 10;

    [Fact]
    public async Task A_server_killed_while_it_is_asked_for_jobs_has_all_that_it_acknowledged()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The handler is a line of shell.");
        var row = FaultRow.Begin(output, "F2", "SQLite", "kill -9 of pawl serve during enqueue");
        using var folder = new TempFolder();
        await WriteTypesAsync(folder);
        var lives = new List<Life>();
        var slowest = TimeSpan.Zero;
        for (var life = 1; life <= Kills; life++)
        {
            await using var served = await Served.StartAsync(folder);
            slowest = life > 1 && served.Took > slowest ? served.Took : slowest;
            var (pid, ready) = (served.Pid, Clock.Micros);
            using var over = new CancellationTokenSource();
            var callers = Enumerable.Range(0, Callers).Select(caller => CallAsync(served.Client, life, caller, over.Token)).ToList();
            await AcknowledgedAsync(life, atLeast: 20 + (life * 7 % 60));
            await served.KillAsync();
            await over.CancelAsync();
            await Task.WhenAll(callers);
            lives.Add(Dead(life, pid, ready, killed: true));
            Assert.Equal("ok", Integrity(folder));
            row.Count(life);
        }

        lives.Add(await DrainAsync(folder, Kills + 1));
        var run = row.Prove(Read(folder, lives));
        Assert.Contains(run.Calls, call => call.What == "fail");
        row.Passed(string.Create(CultureInfo.InvariantCulture, $"slowest start {slowest.TotalSeconds:F1} s"));
        Assert.True(slowest <= Startup || !Load.Full, $"It took {slowest} until it was ready again.");
    }

    private static Life Dead(int life, int pid, long ready, bool killed) => new()
    {
        Number = life, Pid = pid, Killed = killed, ReadyAt = ready, DeadMono = Clock.Timestamp, DeadAt = Clock.Micros,
    };

    // What it ran it says itself, into a file that is none of the product's.
    private static Task WriteTypesAsync(TempFolder folder)
    {
        const string Line = """read -r now rest < /proc/uptime; echo \"$PAWL_JOB_ID $PAWL_ATTEMPT $1 $now\" >> effects""";
        var script = $"say() {{ {Line}; }}; say start; say returned";
        return File.WriteAllTextAsync(
            folder["pawl.json"],
            $$"""
            { "Pawl": { "Worker": { "LeaseTtl": "{{Load.Lease.TotalSeconds}}s", "HeartbeatInterval": "1s", "LossCap": 10 },
              "Types": { "note": {
              "Handler": "command", "Command": { "Argv": ["/bin/sh", "-c", "{{script}}"], "WorkingDirectory": ".", "Env": ["PATH"] } } } } }
            """,
            TestContext.Current.CancellationToken);
    }

    private async Task CallAsync(HttpClient client, int life, int caller, CancellationToken over)
    {
        for (var i = 0; !over.IsCancellationRequested; i++)
        {
            var key = i % 3 == 0 ? $"k{(caller + i) % 30}" : null;
            await OneAsync(client, life, key);
        }
    }

    private async Task OneAsync(HttpClient client, int life, string? key)
    {
        var number = Interlocked.Increment(ref _number);
        var tag = key is null ? $"{life}-{number}" : $"idempotent-{key}";
        var call = new Call
        {
            Life = life, Number = number, What = "invoke", Kind = key is null ? "single" : "idempotent", Count = 1,
            Tag = tag, Key = key
        };
        Write(call);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("api/jobs", UriKind.Relative));
        request.Content = new StringContent($$$"""{"type":"note","payload":{},"tags":{"call":"{{{tag}}}"}}""", Encoding.UTF8,
            "application/json");
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        try
        {
            using var reply = await client.SendAsync(request);
            using var body = JsonDocument.Parse(await reply.Content.ReadAsStringAsync());
            Write(reply.IsSuccessStatusCode
                ? call with { What = "ok", Ids = [Id(body.RootElement)], Deduplicated = (int)reply.StatusCode == 200 }
                : call with { What = "fail", Status = (int)reply.StatusCode, Error = body.RootElement.ToString() });
        }
        catch (Exception error)
        {
            // Whatever a broken connection says: what became of the call nobody knows.
            Write(call with { What = "fail", Error = error.ToString() });
        }
    }

    private static long Id(JsonElement job) => long.Parse(job.GetProperty("id").GetString()!, CultureInfo.InvariantCulture);

    private void Write(Call call)
    {
        lock (_gate)
        {
            _calls.Add(call with { Mono = Clock.Timestamp });
        }
    }

    private async Task AcknowledgedAsync(int life, int atLeast)
    {
        using var tick = new PeriodicTimer(Look, TimeProvider.System);
        for (var looks = 0; Count() < atLeast; looks++)
        {
            Assert.True(looks < Drain / Look, "It does not acknowledge jobs any more.");
            await tick.WaitForNextTickAsync();
        }

        int Count()
        {
            lock (_gate)
            {
                return _calls.Count(call => call.Life == life && call.What == "ok");
            }
        }
    }

    private static async Task<Life> DrainAsync(TempFolder folder, int life)
    {
        await using var served = await Served.StartAsync(folder);
        var (pid, ready) = (served.Pid, Clock.Micros);
        using var tick = new PeriodicTimer(Look, TimeProvider.System);
        for (var looks = 0; await OpenAsync(served.Client); looks++)
        {
            Assert.True(looks < Drain / Look, $"Jobs are still open.\n{served.Said}");
            await tick.WaitForNextTickAsync();
        }

        Unix.Ask(pid);
        await served.EndAsync();
        return Dead(life, pid, ready, killed: false);
    }

    private static async Task<bool> OpenAsync(HttpClient client)
    {
        foreach (var state in (string[])["queued", "running", "scheduled", "blocked"])
        {
            using var body = JsonDocument.Parse(await client.GetStringAsync(
                new Uri($"api/jobs?query=state:{state}&limit=1", UriKind.Relative)));
            if (body.RootElement.GetProperty("items").GetArrayLength() > 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>SQLite's own check, on a copy.</summary>
    private static string Integrity(TempFolder folder)
    {
        foreach (var end in (string[])["", "-wal"])
        {
            File.Delete(folder[$"copy.db{end}"]);
            if (File.Exists(folder[$"pawl.db{end}"]))
            {
                File.Copy(folder[$"pawl.db{end}"], folder[$"copy.db{end}"]);
            }
        }

        using var database = new Database(folder["copy.db"]);
        return database.Integrity();
    }

    private Run Read(TempFolder folder, List<Life> lives)
    {
        using var database = new Database(folder["pawl.db"]);
        return new()
        {
            Calls = [.. _calls.OrderBy(call => call.Mono)],
            Effects = Effects(folder["effects"]).ToList(),
            Lives = lives,
            Stored = database.Read(),
            LossCap = 10,
            RecoveryLimit = Load.Recovery,

            // The end of each process is known to the callers as a call that broke.
            Faults = [.. lives.Where(life => life.Killed).Select(life => new Fault("kill", 0, life.DeadMono, 0, life.DeadAt))],
        };
    }

    private static IEnumerable<Effect> Effects(string path)
    {
        foreach (var words in File.ReadLines(path).Select(line => line.Split(' ')).Where(words => words.Length == 4))
        {
            yield return new()
            {
                Life = 0,
                Job = long.Parse(words[0], CultureInfo.InvariantCulture),
                Attempt = int.Parse(words[1], CultureInfo.InvariantCulture),
                What = words[2],
                Mono = (long)(double.Parse(words[3], CultureInfo.InvariantCulture) * TimeProvider.System.TimestampFrequency),
            };
        }
    }
}
