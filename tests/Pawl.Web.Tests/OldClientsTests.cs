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
}
