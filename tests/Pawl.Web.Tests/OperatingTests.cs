namespace Pawl.Web.Tests;

public class OperatingTests : OnEitherStore
{
    private const string Parked = """{"type":"parked","payload":{}}""";

    [Fact]
    public async Task A_queue_is_shown_paused_and_resumed()
    {
        await using var served = await StartAsync();
        await served.CreateAsync(Parked);

        var paused = await served.PostAsync("api/queues/parking/pause", """{"reason":"deploy","until":"2099-01-01T00:00:00Z"}""");
        var again = await served.PostAsync("api/queues/parking/pause", """{"reason":"deploy","until":"2099-01-01T00:00:00Z"}""");
        var resumed = await served.PostAsync("api/queues/parking/resume");

        Assert.Equal((200, "key:admin", "deploy", 1), (paused.Status, paused.Text("paused_by"), paused.Text("pause_reason"),
            (int?)paused.Json["depth"]!["queued"]));
        Assert.Equal(paused.Text("paused_at"), again.Text("paused_at"));
        Assert.Equal((200, true), (resumed.Status, resumed.Json["paused_at"] is null));
        Assert.Equal("parking", (string?)(await served.GetAsync("api/queues")).Json["items"]![0]!["name"]);
    }

    [Fact]
    public async Task A_queue_that_nobody_has_used_yet_is_paused_resumed_and_limited_like_any()
    {
        await using var served = await StartAsync();

        var resumed = await served.PostAsync("api/queues/fresh/resume");
        var before = await served.GetAsync("api/queues/fresh");
        var paused = await served.PostAsync("api/queues/night/pause", """{"reason":"not yet"}""");
        var again = await served.PostAsync("api/queues/night/pause", """{"reason":"not yet"}""");
        var seen = (await served.PostAsync("api/queues/slow/resume")).Headers["ETag"];
        var limited = await served.SendAsync("PUT", "api/queues/slow/limits", """{"max_running":2}""", headers: ("If-Match", seen));
        var job = await served.CreateAsync("""{"type":"demo","payload":{},"queue":"night"}""");

        Assert.Equal((200, "fresh", 0, true), (resumed.Status, resumed.Text("name"), (int?)resumed.Json["depth"]!["queued"],
            resumed.Json["paused_at"] is null));
        Assert.Equal((404, "not_found"), before.Answer);   // asked to stay as it was, it was not made
        Assert.Equal((200, "not yet", "key:admin"), (paused.Status, paused.Text("pause_reason"), paused.Text("paused_by")));
        Assert.Equal((200, paused.Text("paused_at")), (again.Status, again.Text("paused_at")));
        Assert.Equal((200, 2), (limited.Status, (int?)limited.Json["max_running"]));
        Assert.Equal(
            ["night", "slow"], (await served.GetAsync("api/queues")).Json["items"]!.AsArray().Select(one => (string?)one!["name"]));
        Assert.Equal("queue_paused", (await served.GetAsync($"api/jobs/{job}/why")).Text("not_running_because"));
        Assert.Equal(200, (await served.PostAsync("api/queues/night/resume")).Status);
        await served.EndAsync(job);
        Assert.Equal((404, "not_found"), (await served.PostAsync("api/queues/..%2Fx/pause")).Answer);
        Assert.Equal((404, "not_found"), (await served.PostAsync("api/queues/-x/resume")).Answer);
    }

    [Fact]
    public async Task A_queue_that_came_after_a_worker_which_serves_any_is_served()
    {
        await using var served = await StartAsync();

        await served.EndAsync(await served.CreateAsync("""{"type":"demo","payload":{},"queue":"later"}"""));
        var queue = (await served.GetAsync("api/queues/later")).Json;

        Assert.Equal((1, 0), ((int?)queue["live_workers"], queue["notes"]!.AsArray().Count));
    }

    [Fact]
    public async Task The_answer_to_a_creation_says_at_once_that_its_queue_was_paused()
    {
        await using var served = await StartAsync();

        await served.PostAsync("api/jobs", """{"type":"demo","payload":{},"queue":"night"}""");
        await served.PostAsync("api/queues/night/pause", """{"reason":"deploy"}""");
        var paused = await served.PostAsync("api/jobs", """{"type":"demo","payload":{},"queue":"night"}""");
        await served.PostAsync("api/queues/night/resume");
        await served.PostAsync("api/types/parked/pause", """{"reason":"deploy"}""");
        var held = await served.PostAsync("api/jobs", """{"type":"parked","payload":{}}""");

        Assert.Equal(
            ("queue_paused", "type_paused"), (paused.Text("not_running_because"), held.Text("not_running_because")));
    }

    [Fact]
    public async Task The_limits_of_a_queue_are_set_by_who_saw_them()
    {
        await using var served = await StartAsync();
        await served.CreateAsync(Parked);
        var etag = (await served.GetAsync("api/queues/parking")).Headers["ETag"];
        const string Body = """{"max_running":8,"start_slo_ms":60000,"retry_share":0.2,"ageing_share":0.1,"ageing_after_ms":300000}""";

        var without = await served.SendAsync("PUT", "api/queues/parking/limits", Body);
        var set = await served.SendAsync("PUT", "api/queues/parking/limits", Body, headers: ("If-Match", etag));
        var stale = await served.SendAsync("PUT", "api/queues/parking/limits", "{}", headers: ("If-Match", "\"99\""));
        var wrong = await served.SendAsync("PUT", "api/queues/parking/limits", """{"retry_share":1.5}""", headers: ("If-Match", "*"));

        Assert.Equal((428, "precondition_required"), without.Answer);
        Assert.Equal((200, 8, 60_000, 0.2), (set.Status, (int?)set.Json["max_running"], (int?)set.Json["start_slo_ms"],
            (double?)set.Json["retry_share"]));
        Assert.Equal((412, "row_version_mismatch"), stale.Answer);
        Assert.Equal((400, "out_of_range", "/retry_share"), (wrong.Status, wrong.Code, wrong.Pointer));
    }

    [Fact]
    public async Task Depth_is_counted_by_type_and_priority()
    {
        await using var served = await StartAsync();
        await served.CreateAsync("""{"type":"parked","payload":{},"priority":70}""");

        var depth = (await served.GetAsync("api/queues/depth?by=type,priority")).Json["items"]![0]!;

        Assert.Equal("""{"queue":"parking","type":"parked","priority":70,"queued":1}""", depth.ToJsonString());
        Assert.Equal((400, "out_of_range"), (await served.GetAsync("api/queues/depth?by=age")).Answer);
    }

    [Fact]
    public async Task A_type_is_shown_with_its_policy_and_paused()
    {
        await using var served = await StartAsync();

        var shown = await served.GetAsync("api/types/parked");
        var paused = await served.PostAsync("api/types/parked/pause", """{"reason":"broken"}""");

        Assert.Equal((200, "parking", 3, "normal", true), (shown.Status, shown.Text("queue"), (int?)shown.Json["retry"]!["max_attempts"],
            shown.Text("priority"), (bool?)shown.Json["retryable"]));
        Assert.Contains("number", shown.Json["payload_schema"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal("broken", paused.Text("pause_reason"));
        Assert.Null((await served.PostAsync("api/types/parked/resume")).Json["paused_at"]);
        var all = (await served.GetAsync("api/types")).Json["items"]!.AsArray();
        Assert.Equal(["demo", "parked"], all.Select(type => (string?)type!["type"]));
        Assert.Equal((404, "not_found"), (await served.GetAsync("api/types/nothing")).Answer);
    }

    [Fact]
    public async Task A_worker_is_shown_and_drained()
    {
        await using var served = await StartAsync();
        var id = await served.CreateAsync("""{"type":"demo","payload":{"wait":true}}""");
        await served.Gates.BegunAsync(id);

        var worker = (await served.GetAsync("api/workers")).Json["items"]![0]!;
        var drained = await served.PostAsync($"api/workers/{worker["id"]}/drain");

        Assert.Equal(("ready", false, id), ((string?)worker["state"], (bool?)worker["remote"], (string?)worker["jobs"]![0]));
        Assert.Equal((202, "draining"), (drained.Status, drained.Text("state")));
        Assert.Equal((404, "not_found"), (await served.GetAsync("api/workers/x")).Answer);
        served.Gates.Open(id);
    }

    [Fact]
    public async Task The_ledger_answers_in_the_order_asked()
    {
        await using var served = await StartAsync();

        var asked = await served.PostAsync("api/items/status", """{"dataset":"commits","keys":["b","a"]}""");

        Assert.Equal((200, "2 new", "b", "new"), (asked.Status, asked.Text("text"), (string?)asked.Json["items"]![0]!["key"],
            (string?)asked.Json["items"]![0]!["status"]));
        Assert.Empty((await served.GetAsync("api/items?dataset=commits")).Json["items"]!.AsArray());
        Assert.Empty((await served.GetAsync("api/items/history?dataset=commits&key=a")).Json["items"]!.AsArray());
        Assert.Empty((await served.GetAsync("api/datasets")).Json["items"]!.AsArray());
    }

    [Theory]
    [InlineData("""{"keys":["a"]}""", 400, "required", "/dataset")]
    [InlineData("""{"dataset":"d"}""", 400, "required", "/items")]
    [InlineData("""{"dataset":"d","keys":[]}""", 400, "required", "/keys")]
    [InlineData("""{"dataset":"d","keys":["a","a"]}""", 400, "out_of_range", "/keys/1")]
    [InlineData("""{"dataset":"d","keys":[1]}""", 400, "type_mismatch", "/keys/0")]
    [InlineData("""{"dataset":"d","items":[{"kee":"a"}]}""", 400, "unknown_field", "/items/0/kee")]
    public async Task A_question_that_makes_no_sense_is_refused(string body, int status, string code, string pointer)
    {
        await using var served = await StartAsync();

        var reply = await served.PostAsync("api/items/status", body);

        Assert.Equal((status, code, pointer), (reply.Status, reply.Code, reply.Pointer));
    }

    [Fact]
    public async Task More_than_a_thousand_keys_are_too_many()
    {
        await using var served = await StartAsync();
        var keys = string.Join(',', Enumerable.Range(0, 1_001).Select(number => $"\"{number}\""));

        var reply = await served.PostAsync("api/items/status", $$"""{"dataset":"d","keys":[{{keys}}]}""");

        Assert.Equal((413, "too_many_keys", 1_000), (reply.Status, reply.Code, (int?)reply.Json["max"]));
    }
}
