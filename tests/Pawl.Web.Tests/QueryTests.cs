namespace Pawl.Web.Tests;

public class QueryTests : OnEitherStore
{
    [Theory]
    [InlineData("state:done", "filter_invalid")]
    [InlineData("\"unclosed", "filter_invalid")]
    [InlineData("/(a+)+$/", "regex_not_supported")]
    public async Task A_query_that_cannot_be_read_is_told_where(string query, string code)
    {
        await using var served = await StartAsync();

        foreach (var path in (string[])["api/jobs", "api/jobs/counts"])
        {
            var reply = await served.GetAsync($"{path}?query={Uri.EscapeDataString(query)}");

            Assert.Equal((400, code), reply.Answer);
            Assert.Equal(code == "filter_invalid", reply.Json["position"] is not null);
        }
    }

    [Fact]
    public async Task Jobs_are_found_counted_and_explained()
    {
        await using var served = await StartAsync();
        var id = await served.CreateAsync("""{"type":"parked","payload":{},"tags":{"repo":"acme/app"}}""");
        await served.CreateAsync("""{"type":"parked","payload":{},"queue":"other"}""");
        await served.PostAsync("api/queues/parking/pause", """{"reason":"deploy"}""");

        var found = (await served.GetAsync("api/jobs?query=tag.repo:acme/app")).Json["items"]!.AsArray();
        var counts = await served.GetAsync("api/jobs/counts");
        var why = await served.GetAsync($"api/jobs/{id}/why");

        Assert.Equal(id, (string?)Assert.Single(found)!["id"]);
        Assert.Equal((2, false), ((int?)counts.Json["counts"]!["queued"], (bool?)counts.Json["estimated"]));
        Assert.Equal(("queued", "queue_paused"), (why.Text("state"), why.Text("not_running_because")));
        Assert.Equal("queue_paused", (await served.GetAsync($"api/jobs/{id}")).Text("not_running_because"));
    }

    [Fact]
    public async Task Many_jobs_are_acted_on_at_once()
    {
        await using var served = await StartAsync();
        for (var i = 0; i < 3; i++)
        {
            await served.CreateAsync("""{"type":"parked","payload":{}}""");
        }

        const string Cancel = """{"action":"cancel","query":"type:parked","params":{"reason":"cleanup"}""";
        var viewer = Served.With(await served.KeyAsync("viewer"));
        var preview = await served.PostAsync("api/bulk", Cancel + ""","dry_run":true}""", viewer);
        var refused = await served.PostAsync("api/bulk", Cancel + "}", viewer);
        var many = await served.PostAsync("api/bulk", Cancel + ""","expected":2}""");
        var made = await served.PostAsync("api/bulk", Cancel + "}", ("Idempotency-Key", "b"));
        var again = await served.PostAsync("api/bulk", Cancel + "}", ("Idempotency-Key", "b"));

        Assert.Equal((200, 3, 3), (preview.Status, (int?)preview.Json["matched"], (int?)preview.Json["would_change"]));
        Assert.Equal((403, "forbidden"), refused.Answer);
        Assert.Equal((409, "bulk_too_many", 3), (many.Status, many.Code, (int?)many.Json["matched"]));
        Assert.Equal((202, "cleanup", $"/api/bulk/{made.Text("id")}"),
            (made.Status, (string?)made.Json["params"]!["reason"], made.Headers["Location"]));
        Assert.Equal((200, made.Text("id"), true), (again.Status, again.Text("id"), (bool?)again.Json["deduplicated"]));
        Assert.Equal(200, (await served.GetAsync($"api/bulk/{made.Text("id")}")).Status);
        Assert.Single((await served.GetAsync("api/bulk")).Json["items"]!.AsArray());
        string[] wrong = ["{}", """{"action":"cancel"}""", """{"action":"cancel","query":""}""", """{"action":"move","query":"x"}"""];
        foreach (var body in wrong)
        {
            Assert.Equal(400, (await served.PostAsync("api/bulk", body)).Status);
        }
    }

    [Fact]
    public async Task A_recovery_is_run_and_shown_and_health_told()
    {
        await using var served = await StartAsync();
        await served.EndAsync(await served.CreateAsync("""{"type":"demo","payload":{"fail":"invalid_input"}}"""));

        var viewer = Served.With(await served.KeyAsync("viewer"));
        var dry = await served.PostAsync("api/recovery", """{"type":"failed","dry_run":true}""", viewer);
        var shown = await served.GetAsync($"api/recovery/{dry.Text("id")}");
        var unknown = await served.PostAsync("api/recovery", """{"type":"some"}""");
        var health = await served.GetAsync("api/health");

        Assert.Equal((200, true, true), (dry.Status, (bool?)dry.Json["dry_run"], (bool?)dry.Json["success"]));
        Assert.Equal(dry.Text("message"), shown.Text("message"));
        Assert.Equal((400, "out_of_range"), unknown.Answer);
        Assert.Equal(3, (await served.GetAsync("api/recovery")).Json["types"]!.AsArray().Count);
        Assert.Equal((200, 70, true), (health.Status, (int?)health.Json["threshold"], (bool?)health.Json["features"]!["recovery"]));
    }

    [Fact]
    public async Task A_stranger_is_not_told_which_pages_there_are()
    {
        await using var served = await StartAsync();

        Assert.Equal(401, (await served.GetAsync("style.css", Served.With(""))).Status);
        Assert.Equal((404, "not_found"), (await served.GetAsync("api/nothing", Served.With(""))).Answer);
        Assert.Equal(404, (await served.GetAsync("style.css")).Status);
    }

    [Fact]
    public async Task A_list_says_as_a_job_does_why_it_is_not_running()
    {
        await using var served = await StartAsync();
        foreach (var body in (string[])[
            """{"type":"parked","payload":{}}""", """{"type":"parked","payload":{},"queue":"paused"}""",
            """{"type":"demo","payload":{"wait":true},"concurrency_key":"c"}""", """{"type":"demo","payload":{},"concurrency_key":"c"}""",
            """{"type":"parked","payload":{},"delay_ms":3600000}""", """{"type":"demo","payload":{},"queue":"full"}"""])
        {
            var id = await served.CreateAsync(body);
            if (body.Contains("wait", StringComparison.Ordinal))
            {
                await served.Gates.BegunAsync(id);
            }
        }

        await served.PostAsync("api/queues/paused/pause", """{"reason":"deploy"}""");
        var list = (await served.GetAsync("api/jobs?query=state:live&sort=id")).Json["items"]!.AsArray();

        Assert.Contains(list, job => (string?)job!["not_running_because"] == "no_live_worker");
        Assert.Contains(list, job => (string?)job!["not_running_because"] == "queue_paused");
        foreach (var job in list.Where(job => (string?)job!["state"] != "running"))
        {
            var one = await served.GetAsync($"api/jobs/{(string?)job!["id"]}");
            Assert.Equal((string?)one.Json["not_running_because"], (string?)job["not_running_because"]);
        }

        served.Gates.Open((string)list.First(job => (string?)job!["state"] == "running")!["id"]!);
    }

    [Theory]
    [InlineData("""{"action":"retry"}""", "/query")]
    [InlineData("""{"action":"retry","query":"  "}""", "/query")]
    [InlineData("""{"action":"retry","ids":[]}""", "/query")]
    [InlineData("""{"action":"reprioritise","query":"state:failed"}""", "/params/priority")]
    [InlineData("""{"action":"reschedule","query":"state:failed","params":{}}""", "/params/run_at")]
    [InlineData("""{"action":"move","query":"state:failed","params":{"priority":1}}""", "/params/queue")]
    public async Task What_a_bulk_operation_lacks_is_named_with_its_place(string body, string pointer)
    {
        await using var served = await StartAsync();

        var reply = await served.PostAsync("api/bulk", body);

        Assert.Equal((400, "required", pointer), (reply.Status, reply.Code, reply.Pointer));
    }
}
