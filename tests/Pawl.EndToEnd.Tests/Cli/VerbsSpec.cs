using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pawl.EndToEnd.Tests.Cli;

/// <summary>What the verbs do and print, on both stores.</summary>
public abstract class VerbsSpec
{
    // What moves from one question to the next.
    private static readonly HashSet<string> Moving =
    [
        "last_used_at", "stats", "heartbeat", "heartbeat_age_ms", "seen_at", "cpu", "memory_bytes", "in_per_s", "out_per_s", "as_of",
        "checked_at", "rates", "per_min", "server_time", "oldest_runnable_ms", "arrival_per_s", "store", "write_wait_p95_ms", "next_cursor",
    ];

    private const int MostTimes = 20;

    private readonly Server _server;

    protected VerbsSpec(Backed host)
    {
        Assert.SkipWhen(host.Lacking is not null && !PostgresCluster.Required, host.Lacking ?? "");
        Assert.Null(host.Lacking);
        _server = host.Server;
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_printed_as_JSON_is_the_document_of_the_API_for_every_noun()
    {
        var done = await EndedAsync("demo.items", """{"count":2}""", 0);
        var wrote = await EndedAsync("files.write", "{}", 0);
        var failed = await EndedAsync("demo.fail", """{"category":"invalid_input"}""", 6);
        (await _server.RunAsync("retry", "--query", $"id:{failed}", "--force", "--yes")).Ends(0);
        (await _server.RunAsync("wait", failed)).Ends(6);
        var group = (await _server.RunAsync("failures", "-o", "id")).Ends(0).Output.Split('\n')[0];

        foreach (var (words, path) in (IEnumerable<(string, string)>)[
            ($"get {done}", $"api/jobs/{done}"),
            ($"get {done} --attempts", $"api/jobs/{done}/attempts"),
            ($"get {done} --events", $"api/jobs/{done}/events"),
            ($"get {done} --items", $"api/jobs/{done}/items"),
            ($"get {wrote} --artifacts", $"api/jobs/{wrote}/artifacts"),
            ($"jobs artifacts {wrote}", $"api/jobs/{wrote}/artifacts"),
            ($"jobs why {done}", $"api/jobs/{done}/why"),
            ($"logs {wrote}", $"api/jobs/{wrote}/logs"),
            ("list type:demo.*", "api/jobs?query=type:demo.*&limit=50"),
            ("jobs counts queue:files", "api/jobs/counts?query=queue:files"),
            ("bulk list", "api/bulk?limit=50"),
            ("bulk get 1", "api/bulk/1"),
            ("failures --since 24h", "api/failures?window=24h"),
            ($"failures get {group}", $"api/failures/{group}"),
            ("queues list", "api/queues"),
            ("queues get files", "api/queues/files"),
            ("queues depth --by type,priority", "api/queues/depth?by=type,priority"),
            ("types list", "api/types"),
            ("types get demo.items", "api/types/demo.items"),
            ("items history demo item-1", "api/items/history?dataset=demo&key=item-1"),
            ("workers list", "api/workers"),
            ("workers get 1", "api/workers/1"),
            ("health", "api/health"),
            ("stats", "api/stats"),
            ("scaling --queue demo", "api/scaling?queue=demo"),
            ("keys list", "api/keys"),
            ("audit", "api/audit?limit=50")])
        {
            // Asked between two questions of ours: where those agree, nothing has happened meanwhile.
            JsonNode? before, after;
            Said said;
            var times = 0;
            do
            {
                Assert.True(++times <= MostTimes, $"GET {path} never says the same twice.");
                before = Steady(await AskAsync(HttpMethod.Get, path, null));
                said = (await _server.RunAsync([.. words.Split(' '), "-o", "json"])).Ends(0);
                after = Steady(await AskAsync(HttpMethod.Get, path, null));
            }
            while (!JsonNode.DeepEquals(before, after));
            Assert.True(
                JsonNode.DeepEquals(Steady(JsonNode.Parse(said.Output)), after), $"pawl {words}\n{said.Output}\nGET {path}\n{after}");
        }

        var status = (await _server.RunAsync("items", "status", "demo", "item-1", "new", "-o", "json")).Ends(0);
        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse(status.Output),
            await AskAsync(HttpMethod.Post, "api/items/status", """{"dataset":"demo","keys":["item-1","new"]}""")));
        var swept = (await _server.RunAsync("recover", "failed", "--dry-run", "-o", "json")).Ends(0).Json();
        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse(swept.GetRawText()), await AskAsync(HttpMethod.Get, $"api/recovery/{swept.GetProperty("id")}", null)));
    }

    [Fact]
    public async Task A_job_is_changed_and_made_again()
    {
        var id = await NewAsync("demo.sleep", """{"seconds":7}""", "--delay", "1h", "--tag", "a=1");

        var set = (await _server.RunAsync(
            "jobs", "set", id, "--priority", "90", "--queue", "other", "--tag", "b=2", "--at", "2027-01-01T00:00:00Z", "-o", "json"))
            .Ends(0).Json();
        Assert.Equal((90, "other"), (set.GetProperty("priority").GetInt32(), set.GetProperty("queue").GetString()));
        Assert.Equal("""{"a":"1","b":"2"}""", set.GetProperty("tags").GetRawText());
        Assert.StartsWith("2027-01-01T00:00:00", set.GetProperty("run_at").GetString(), StringComparison.Ordinal);

        // The editor is a line for the shell, as with other programs.
        _server.Tool.Environment["EDITOR"] = "sed -i s/7/0/";
        var again = (await _server.RunAsync("jobs", "run-again", id, "--edit", "--queue", "demo", "-o", "json")).Ends(0).Json();
        Assert.Equal("""{"seconds":0}""", again.GetProperty("payload").GetRawText());
        Assert.Equal(id, again.GetProperty("rerun_of").GetString());
        _server.Tool.Environment["EDITOR"] = "false";
        Assert.Equal("not_confirmed", (await _server.RunAsync("jobs", "run-again", id, "--edit")).Ends(1).Code);
        _server.Tool.Environment["EDITOR"] = "echo { >";
        Assert.Equal("usage", (await _server.RunAsync("jobs", "run-again", id, "--edit")).Ends(2).Code);
        _server.Tool.Environment.Remove("EDITOR");
        Assert.Contains("set EDITOR", (await _server.RunAsync("jobs", "run-again", id, "--edit")).Ends(2).Errors, StringComparison.Ordinal);
        (await _server.RunAsync("cancel", id)).Ends(0);
    }

    [Fact]
    public async Task A_job_that_waits_for_approval_is_let_go_or_ended()
    {
        const string Draft = """{"type":"demo.sleep","payload":{"seconds":0},"requires_approval":true}""";
        var (good, bad) = ((await AskAsync(HttpMethod.Post, "api/jobs", Draft))["id"]!.GetValue<string>(),
            (await AskAsync(HttpMethod.Post, "api/jobs", Draft))["id"]!.GetValue<string>());

        (await _server.RunAsync("jobs", "approve", good)).Ends(0);
        (await _server.RunAsync("wait", good)).Ends(0);
        (await _server.RunAsync("jobs", "reject", bad)).Ends(0);
        (await _server.RunAsync("wait", bad)).Ends(6);
        Assert.Equal("not_awaiting_approval", (await _server.RunAsync("jobs", "approve", bad)).Ends(5).Code);
    }

    [Fact]
    public async Task What_a_job_kept_is_downloaded_whole_or_not_at_all()
    {
        var id = await EndedAsync("files.write", "{}", 0);

        (await _server.RunAsync("jobs", "artifacts", id, "a.txt", "-O", "got.txt")).Ends(0);
        Assert.Equal("hello", await File.ReadAllTextAsync(_server.Tool["got.txt"], Stop));
        Assert.Equal("hello", (await _server.RunAsync("jobs", "artifacts", id, "a.txt", "-O", "-")).Ends(0).Output);
        Assert.Equal("not_found", (await _server.RunAsync("jobs", "artifacts", id, "b.txt", "-O", "none.txt")).Ends(3).Code);
        Assert.Equal("usage", (await _server.RunAsync("jobs", "artifacts", id, "a.txt", "-O", "missing/x.txt")).Ends(2).Code);
        Assert.Empty(Directory.GetFiles(_server.Tool["."], "none.txt*"));
        Assert.Contains("written", (await _server.RunAsync("logs", id)).Ends(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bulk_action_says_beforehand_what_it_would_do_and_does_that()
    {
        var ids = string.Concat(Enumerable.Range(0, 3).Select(_ => """{"payload":{},"tags":{"bulk":"1"},"delay_ms":3600000}""" + "\n"));
        (await _server.Tool.RunAsync(["enqueue", "demo.sleep", "--ndjson"], ids)).Ends(0);

        var seen = (await _server.RunAsync("cancel", "--query", "tag.bulk:1 state:scheduled", "--dry-run")).Ends(0);
        Assert.Equal("3 match: 3 cancelled\n", seen.Output);
        var unasked = (await _server.RunAsync("cancel", "--query", "tag.bulk:1 state:scheduled")).Ends(2);
        Assert.Contains("3 match: 3 cancelled", unasked.Errors, StringComparison.Ordinal);
        var done = (await _server.RunAsync("cancel", "--query", "tag.bulk:1 state:scheduled", "--yes", "-o", "json")).Ends(0).Json();
        Assert.Equal(3, done.GetProperty("changed").GetInt32());
        seen = (await _server.RunAsync("jobs", "delete", "--query", "tag.bulk:1", "--dry-run")).Ends(0);
        Assert.Equal("3 match: 3 deleted\n", seen.Output);
        (await _server.RunAsync("jobs", "delete", "--query", "tag.bulk:1", "--yes")).Ends(0);
        Assert.Empty((await _server.RunAsync("list", "tag.bulk:1", "-o", "id")).Ends(0).Output);
    }

    [Fact]
    public async Task A_list_is_kept_live()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Ctrl-C is sent as a signal.");
        using var watching = _server.Tool.StartInterruptible("list", "tag.live:1", "--watch", "-o", "ndjson");
        using var events = _server.Tool.StartInterruptible("events", "--topics", "jobs", "--query", "tag.live:1");
        Assert.Contains("\"hello\"", await LineAsync(events), StringComparison.Ordinal);

        var id = await NewAsync("demo.sleep", """{"seconds":0}""", "--tag", "live=1");
        Assert.Contains($"\"id\":\"{id}\"", await LineAsync(watching), StringComparison.Ordinal);
        Assert.Contains($"\"id\":\"{id}\"", await LineAsync(events), StringComparison.Ordinal);

        foreach (var process in (System.Diagnostics.Process[])[watching, events])
        {
            Unix.Interrupt(process.Id);
            await process.WaitForExitAsync(Stop).WaitAsync(Tool.Limit, Stop);
            Assert.Equal(130, process.ExitCode);
            Assert.Empty(await process.StandardError.ReadToEndAsync(Stop));
        }
    }

    private static async Task<string> LineAsync(System.Diagnostics.Process process) =>
        await process.StandardOutput.ReadLineAsync(Stop).AsTask().WaitAsync(Tool.Limit, Stop) ?? "";

    private async Task<string> NewAsync(string type, string payload, params string[] more) =>
        (await _server.RunAsync(["enqueue", type, "--payload", payload, "-o", "id", .. more])).Ends(0).Output.Trim();

    private async Task<string> EndedAsync(string type, string payload, int exit)
    {
        var id = await NewAsync(type, payload);
        (await _server.RunAsync("wait", id)).Ends(exit);
        return id;
    }

    private async Task<JsonNode> AskAsync(HttpMethod verb, string path, string? body)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(verb, new Uri($"{_server.Url}/{path}"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _server.Key);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        using var reply = await http.SendAsync(request, Stop);
        var text = await reply.Content.ReadAsStringAsync(Stop);
        Assert.True(reply.IsSuccessStatusCode, $"{verb} {path}: {text}");
        return JsonNode.Parse(text)!;
    }

    private static JsonNode? Steady(JsonNode? node)
    {
        foreach (var (name, value) in node is JsonObject members ? members.ToList() : [])
        {
            if (Moving.Contains(name))
            {
                ((JsonObject)node!)[name] = 0;
            }
            else
            {
                Steady(value);
            }
        }

        foreach (var item in node as JsonArray ?? [])
        {
            Steady(item);
        }

        return node;
    }
}

/// <summary>The verbs beside a server on SQLite.</summary>
public sealed class SqliteVerbsTests(BackedBySqlite host) : VerbsSpec(host), IClassFixture<BackedBySqlite>;

/// <summary>The verbs beside a server on PostgreSQL.</summary>
public sealed class PostgresVerbsTests(BackedByPostgres host) : VerbsSpec(host), IClassFixture<BackedByPostgres>;
