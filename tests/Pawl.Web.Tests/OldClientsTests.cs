namespace Pawl.Web.Tests;

public sealed class OldClientsTests
{
    private static Task<Served> StartAsync(params string[] groups) => Served.StartAsync(options: web =>
    {
        web.Compat = groups;
        web.ProcessType = "parked";
        web.Sunset = new(2027, 1, 31, 0, 0, 0, TimeSpan.Zero);
    });

    [Theory]
    [InlineData("POST", "api/commits/status")]
    [InlineData("POST", "api/process")]
    [InlineData("GET", "api/admin/jobs/recovery")]
    public async Task They_are_not_there_until_they_are_named(string verb, string path)
    {
        await using var served = await StartAsync();

        Assert.Equal((404, "not_found"), (await served.SendAsync(verb, path, verb == "GET" ? null : "{}")).Answer);
    }

    [Fact]
    public async Task A_client_of_cards_asks_and_processes_as_ever()
    {
        await using var served = await StartAsync("cards");

        var asked = await served.PostAsync(
            "api/commits/status", """{"commit_ids":["aaa","bbb"],"repoPath":"/r","pipelineVersion":"parser-1.2/cards-v1"}""");
        var made = await served.PostAsync("api/process", """{"number":7}""", ("Idempotency-Key", "p"));
        var again = await served.PostAsync("api/process", """{"number":7}""", ("Idempotency-Key", "p"));

        Assert.Equal("""{"statuses":{"aaa":"new","bbb":"new"},"summary":{"new":2,"processed":0,"needs_rerun":0}}""", asked.Body);
        Assert.Equal(("</api/items/status>; rel=\"successor-version\"", "Sun, 31 Jan 2027 00:00:00 GMT", true),
            (asked.Headers["Link"], asked.Headers["Sunset"], asked.Headers.ContainsKey("Deprecation")));
        Assert.Equal((201, made.Text("run_id"), false), (made.Status, made.Text("jobId"), (bool?)made.Json["deduplicated"]));
        Assert.Equal((200, made.Text("runId"), true), (again.Status, again.Text("job_id"), (bool?)again.Json["deduplicated"]));
        Assert.Equal(7, (int?)(await served.GetAsync($"api/jobs/{made.Text("runId")}")).Json["payload"]!["number"]);
    }

    [Fact]
    public async Task A_client_of_a_crawler_recovers_as_ever()
    {
        await using var served = await StartAsync("crawler");
        await served.EndAsync(await served.CreateAsync("""{"type":"demo","payload":{"fail":"invalid_input"}}"""));

        var kinds = await served.GetAsync("api/admin/jobs/recovery");
        var run = await served.PostAsync("api/admin/jobs/recovery", """{"type":"failed"}""");

        Assert.Equal("""{"success":true,"types":["comprehensive","failed","stuck"]}""", kinds.Body);
        Assert.Equal((200, "failed", 0), (run.Status, run.Text("type"), (int?)run.Json["result"]!["failedRecoveries"]));
    }

    [Theory]
    [InlineData("runId")]
    [InlineData("run_id")]
    [InlineData("jobId")]
    [InlineData("job_id")]
    public async Task A_client_of_cards_follows_a_run_to_its_end(string name)
    {
        await using var served = await StartAsync("cards");
        var id = await served.CreateAsync("""{"type":"demo","payload":{"say":"hi","wait":true}}""");
        await served.Gates.BegunAsync(id);
        string after;
        await using (var first = await Listening.ToAsync(served, $"api/process/stream?{name}={id}"))
        {
            Assert.Contains("successor-version", string.Join(',', first.Reply.Headers.GetValues("Link")), StringComparison.Ordinal);
            var log = await first.NextAsync("log");
            Assert.Equal((0, "information", "hi"), ((int)log.Data["offset"]!, (string?)log.Data["level"], (string?)log.Data["message"]));
            Assert.Equal("running", (string?)(await first.NextAsync("status")).Data["state"]);
            after = log.Id!;
        }

        served.Gates.Open(id);
        await using var second = await Listening.ToAsync(served, $"api/process/stream?{name}={id}", last: after);
        var rest = await second.UntilAsync(one => one.Name == "done");

        Assert.Equal("hi again", (string?)rest.First(one => one.Name == "log").Data["message"]);
        Assert.Equal("succeeded", (string?)rest.Last(one => one.Name == "status").Data["state"]);
        Assert.Equal(("succeeded", true), ((string?)rest[^1].Data["state"], rest[^1].Data.AsObject().ContainsKey("result")));
        Assert.Null(await second.NextAsync());
    }

    [Theory]
    [InlineData("", 400, "required")]
    [InlineData("?runId=4711", 404, "not_found")]
    [InlineData("?runId=x", 404, "not_found")]
    public async Task A_run_that_is_none_cannot_be_followed(string query, int status, string code)
    {
        await using var served = await StartAsync("cards");

        Assert.Equal((status, code), (await served.GetAsync($"api/process/stream{query}")).Answer);
        await using var off = await StartAsync();
        Assert.Equal((404, "not_found"), (await off.GetAsync($"api/process/stream{query}")).Answer);
    }
}
