using System.Security.Cryptography;

namespace Pawl.Web.Tests;

public class RecordTests : OnEitherStore
{
    [Fact]
    public async Task Lists_are_walked_page_by_page_and_each_job_is_seen_once()
    {
        await using var served = await StartAsync();
        for (var i = 0; i < 5; i++)
        {
            await served.CreateAsync($$"""{"type":"parked","payload":{"number":{{i}} } }""");
        }

        var seen = new List<string>();
        var path = "api/jobs?limit=2";
        for (string? cursor = ""; cursor is not null;)
        {
            var page = await served.GetAsync(cursor.Length == 0 ? path : $"{path}&cursor={cursor}");
            Assert.Equal(200, page.Status);
            seen.AddRange(page.Json["items"]!.AsArray().Select(job => (string)job!["id"]!));
            cursor = (string?)page.Json["next_cursor"];
            Assert.Equal(cursor is not null, page.Headers.ContainsKey("Link"));
        }

        Assert.Equal(5, seen.Distinct().Count());
        Assert.Equal(seen.OrderByDescending(long.Parse), seen);
    }

    [Fact]
    public async Task A_cursor_belongs_to_one_list_and_one_caller()
    {
        await using var served = await StartAsync();
        await served.CreateAsync("""{"type":"parked","payload":{}}""");
        await served.CreateAsync("""{"type":"parked","payload":{}}""");
        var cursor = (string)(await served.GetAsync("api/jobs?limit=1")).Json["next_cursor"]!;

        foreach (var (path, key) in ((string, string)[])
            [
                ($"api/jobs?cursor={cursor}x", served.Key),
                ($"api/jobs?cursor={cursor}%3D", served.Key), ($"api/jobs?cursor={cursor}&sort=id", served.Key),
                ("api/jobs?cursor=!", served.Key), ($"api/jobs?cursor={cursor}", await served.KeyAsync("viewer")),
                ($"api/jobs?cursor={new string('A', 5_000)}", served.Key),
            ])
        {
            Assert.Equal((400, "cursor_invalid"), (await served.GetAsync(path, Served.With(key))).Answer);
        }
    }

    [Theory]
    [InlineData("limit=0", "out_of_range")]
    [InlineData("limit=1000000", "out_of_range")]
    [InlineData("limit=99999999999999999999", "out_of_range")]
    [InlineData("limit=x", "type_mismatch")]
    [InlineData("limit=1&limit=2", "too_many")]
    [InlineData("sort=size", "sort_invalid")]
    [InlineData("sort=;drop", "sort_invalid")]
    [InlineData("lmit=1", "unknown_field")]
    [InlineData("include=payloads", "unknown_field")]
    public async Task A_wrong_parameter_is_refused(string query, string code)
    {
        await using var served = await StartAsync();

        Assert.Equal((400, code), (await served.GetAsync($"api/jobs?{query}")).Answer);
    }

    [Fact]
    public async Task A_list_shows_large_members_only_when_asked()
    {
        await using var served = await StartAsync();
        await served.CreateAsync("""{"type":"parked","payload":{"number":7}}""");

        var plain = (await served.GetAsync("api/jobs")).Json["items"]![0]!.AsObject();
        var more = (await served.GetAsync("api/jobs?include=payload,checkpoint")).Json["items"]![0]!.AsObject();

        Assert.DoesNotContain("payload", plain.Select(member => member.Key));
        Assert.Equal(7, (int?)more["payload"]!["number"]);
        Assert.True(more.ContainsKey("checkpoint"));
        Assert.False(more.ContainsKey("result"));
    }

    [Fact]
    public async Task Attempts_events_and_logs_are_shown()
    {
        await using var served = await StartAsync();
        var id = await served.CreateAsync("""{"type":"demo","payload":{"say":"hello","fail":"invalid_input"}}""");
        await served.EndAsync(id);

        var attempt = (await served.GetAsync($"api/jobs/{id}/attempts")).Json["items"]![0]!;
        var events = (await served.GetAsync($"api/jobs/{id}/events")).Json;
        var logs = (await served.GetAsync($"api/jobs/{id}/logs")).Json;
        var warnings = (await served.GetAsync($"api/jobs/{id}/logs?level=warning")).Json;
        var second = (await served.GetAsync($"api/jobs/{id}/logs?after={logs["items"]![1]!["offset"]}&limit=1")).Json;
        var text = await served.GetAsync($"api/jobs/{id}/logs", ("Accept", "text/plain"));

        Assert.Equal(("failed", id, 1, "invalid_input"), ((string?)attempt["outcome"], (string?)attempt["job_id"],
            (int?)attempt["attempt"], (string?)attempt["error"]!["category"]));
        Assert.True(attempt["error"]!.AsObject().ContainsKey("stack"));
        Assert.Equal("created", (string?)events["items"]![0]!["kind"]);
        Assert.Equal((string?)events["items"]!.AsArray()[^1]!["seq"], (string?)events["next_after"]);
        Assert.Equal(("hello", "information", true), ((string?)logs["items"]![0]!["message"], (string?)logs["items"]![0]!["level"],
            (bool?)logs["ended"]));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$", (string?)logs["items"]![0]!["at"]);
        Assert.Equal("hello again", (string?)Assert.Single(warnings["items"]!.AsArray())!["message"]);
        Assert.Equal("hello again", (string?)second["items"]![0]!["message"]);
        Assert.Equal((200, (int?)logs["next_offset"]), (text.Status, text.Bytes.Length));
        Assert.StartsWith("text/plain", text.Headers["Content-Type"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_for_events_waits_until_there_is_one()
    {
        await using var served = await StartAsync();
        var id = await served.CreateAsync("""{"type":"parked","payload":{}}""");
        var after = (string?)(await served.GetAsync($"api/jobs/{id}/events")).Json["next_after"];

        var waiting = served.GetAsync($"api/jobs/{id}/events?after={after}&wait=30");
        await served.PostAsync($"api/jobs/{id}/cancel");
        var reply = await waiting;

        Assert.Equal("cancelled", (string?)reply.Json["items"]![0]!["kind"]);
    }

    [Fact]
    public async Task An_artifact_is_handed_out_as_something_to_be_saved()
    {
        await using var served = await StartAsync();
        var id = await served.CreateAsync("""{"type":"demo","payload":{"attach":"<script>hello</script>"}}""");
        await served.EndAsync(id);

        var list = (await served.GetAsync($"api/jobs/{id}/artifacts")).Json["items"]![0]!;
        var whole = await served.GetAsync($"api/jobs/{id}/artifacts/note.txt");
        var part = await served.GetAsync($"api/jobs/{id}/artifacts/note.txt", ("Range", "bytes=8-12"));
        var end = await served.GetAsync($"api/jobs/{id}/artifacts/note.txt", ("Range", "bytes=-9"));
        var beyond = await served.GetAsync($"api/jobs/{id}/artifacts/note.txt", ("Range", "bytes=100-"));

        Assert.Equal(("note.txt", 22, "text/plain"), ((string?)list["name"], (int?)list["bytes"], (string?)list["media_type"]));
        Assert.Equal(
            (200, "<script>hello</script>", "attachment; filename=\"note.txt\"", "sandbox", Digest(whole.Bytes)),
            (whole.Status, whole.Body, whole.Headers["Content-Disposition"], whole.Headers["Content-Security-Policy"],
                whole.Headers["Content-Digest"]));
        Assert.Equal((206, "hello", "bytes 8-12/22", Digest(part.Bytes)),
            (part.Status, part.Body, part.Headers["Content-Range"], part.Headers["Content-Digest"]));
        Assert.Equal((206, "</script>"), (end.Status, end.Body));
        Assert.Equal((416, "range_invalid", "bytes */22"), (beyond.Status, beyond.Code, beyond.Headers["Content-Range"]));

        static string Digest(byte[] bytes) => $"sha-256=:{Convert.ToBase64String(SHA256.HashData(bytes))}:";
    }

    [Theory]
    [InlineData("..%2f..%2fetc%2fpasswd")]
    [InlineData("a%5Cb")]
    [InlineData("CON")]
    [InlineData("a%2Fb")]
    public async Task A_name_that_is_none_of_a_file_is_refused(string name)
    {
        await using var served = await StartAsync();
        var id = await served.CreateAsync("""{"type":"parked","payload":{}}""");

        Assert.Equal((400, "name_invalid"), (await served.GetAsync($"api/jobs/{id}/artifacts/{name}")).Answer);
        Assert.Equal((404, "not_found"), (await served.GetAsync($"api/jobs/{id}/artifacts/missing.txt")).Answer);
    }

    [Fact]
    public async Task The_page_knows_who_its_user_is()
    {
        await using var served = await StartAsync(settings: new Dictionary<string, string?>
        {
            ["Pawl:Web:Links:Trace"] = "https://traces.example/{trace_id}", ["Pawl:Retention:Keep"] = "3d",
        });

        var config = (await served.GetAsync("api/ui-config")).Json;

        Assert.Equal(("key:admin", "admin", Kind), ((string?)config["actor"], (string?)config["role"], (string?)config["store"]));
        Assert.Contains("cancel", config["can"]!.AsArray().Select(word => (string?)word));
        Assert.Equal("Trace", (string?)config["links"]![0]!["title"]);
        Assert.Equal(3 * 86_400_000L, (long)config["limits"]!["retention_ms"]!);
    }

    [Fact]
    public async Task A_server_says_whether_it_is_ready_and_how_each_part_does()
    {
        await using var served = await StartAsync();

        var ready = await served.GetAsync("readyz", Served.With(""));
        var health = await served.GetAsync("healthz");

        Assert.Equal((200, """{"status":"ready"}"""), (ready.Status, ready.Body));
        Assert.Equal((200, "ready", "store"), (health.Status, health.Text("status"), (string?)health.Json["checks"]![0]!["name"]));
        Assert.Equal(401, (await served.GetAsync("healthz", Served.With(""))).Status);
    }
}
