namespace Pawl.Web.Tests;

public class StatisticsTests : OnEitherStore
{
    private const string Parked = """{"type":"parked","payload":{}}""";
    private const string Failing = """{"type":"demo","payload":{"fail":"invalid_input"}}""";

    [Fact]
    public async Task How_things_stand_is_told_in_numbers()
    {
        await using var served = await StartAsync();
        await served.CreateAsync(Parked);
        await served.EndAsync(await served.CreateAsync(Failing));

        var now = await served.GetAsync("api/stats");
        var over = await served.GetAsync("api/stats/series?metrics=created_per_s,failed_per_s&window=10m&step=1m&by=type");

        Assert.Equal((200, 1, 1, Kind), (now.Status, (int)now.Json["counts"]!["queued"]!, (int)now.Json["counts"]!["failed"]!,
            (string?)now.Json["store"]!["kind"]));
        Assert.Equal((200, 60_000), (over.Status, (int)over.Json["step_ms"]!));
        Assert.All(over.Json["series"]!.AsArray(), one => Assert.Equal(over.Json["t"]!.AsArray().Count, one!["v"]!.AsArray().Count));
    }

    [Fact]
    public async Task What_waits_at_each_priority_is_told_over_time()
    {
        await using var served = await StartAsync();
        await served.CreateAsync("""{"type":"parked","payload":{},"priority":70}""");

        var usual = await served.GetAsync("api/stats/series?by=priority&window=15m");
        var asked = await served.GetAsync("api/stats/series?metrics=queued,succeeded_per_s&window=1h&step=10s&by=priority");

        var line = Assert.Single(usual.Json["series"]!.AsArray())!;
        Assert.Equal(
            (200, "queued", "70", 1), (usual.Status, (string?)line["metric"], (string?)line["key"], (int?)line["v"]!.AsArray()[^1]));
        Assert.Equal(
            ["queued 70", "succeeded_per_s other"], asked.Json["series"]!.AsArray().Select(one => $"{one!["metric"]} {one["key"]}"));
        Assert.All(asked.Json["series"]!.AsArray(), one => Assert.Equal(360, one!["v"]!.AsArray().Count));
    }

    [Theory]
    [InlineData("stats/series?window=x", 400, "duration_invalid")]
    [InlineData("stats/series?window=90d", 400, "out_of_range")]
    [InlineData("stats/series?window=30d&step=1s", 400, "out_of_range")]
    [InlineData("stats/series?metrics=nonsense", 400, "out_of_range")]
    [InlineData("stats/series?by=nonsense", 400, "out_of_range")]
    [InlineData("failures?window=90d", 400, "out_of_range")]
    [InlineData("failures?nonsense=1", 400, "unknown_field")]
    [InlineData("failures/nonsense", 404, "not_found")]
    [InlineData("stats?nonsense=1", 400, "unknown_field")]
    public async Task What_cannot_be_told_is_refused(string path, int status, string code)
    {
        await using var served = await StartAsync();

        Assert.Equal((status, code), (await served.GetAsync($"api/{path}")).Answer);
    }

    [Fact]
    public async Task Like_failures_are_one_group()
    {
        await using var served = await StartAsync();
        await served.EndAsync(await served.CreateAsync(Failing));
        var second = await served.CreateAsync(Failing);
        await served.EndAsync(second);

        var group = Assert.Single((await served.GetAsync("api/failures?window=24h")).Json["items"]!.AsArray())!;
        var fingerprint = (string?)group["fingerprint"];
        var whole = await served.GetAsync($"api/failures/{fingerprint}");

        Assert.Equal(("invalid_input", 2, $"fingerprint:{fingerprint}", second),
            ((string?)group["category"], (int)group["attempts"]!, (string?)group["query"], (string?)group["sample_job_id"]));
        Assert.Equal(("demo", 2), ((string?)whole.Json["by_type"]![0]!["type"], (int)whole.Json["by_type"]![0]!["attempts"]!));
        var limited = Served.With(await served.KeyAsync("viewer", ""","types":["parked"]"""));
        Assert.Empty((await served.GetAsync("api/failures", limited)).Json["items"]!.AsArray());
        Assert.Equal((404, "not_found"), (await served.GetAsync($"api/failures/{fingerprint}", limited)).Answer);
    }

    [Fact]
    public async Task Advice_on_workers_is_always_a_number()
    {
        await using var served = await StartAsync();

        var all = await served.GetAsync("api/scaling");
        var none = await served.GetAsync("api/scaling?queue=nothing");

        Assert.Equal((200, 200), (all.Status, none.Status));
        Assert.Equal(0, (int)none.Json["desired"]!);
    }

    [Theory]
    [InlineData("stats", "stats", "counts")]
    [InlineData("health", "health", "score")]
    [InlineData("queues", "queue", "depth")]
    [InlineData("workers", "worker", "slots")]
    [InlineData("bulk", "bulk", "action")]
    [InlineData("failures", "failure", "fingerprint")]
    public async Task A_stream_follows_what_is_on_no_record(string topic, string name, string member)
    {
        await using var served = await StartAsync();
        await served.EndAsync(await served.CreateAsync(Failing));
        await using var stream = await Listening.ToAsync(served, $"api/stream?topics={topic}");
        await stream.NextAsync("hello");
        Assert.Equal(202, (await served.PostAsync("api/bulk", """{"action":"dismiss","query":"state:failed"}""")).Status);

        var heard = await stream.NextAsync(name);

        Assert.NotNull(heard.Data[member]);
        Assert.Null(heard.Id);
    }

    [Fact]
    public async Task A_stream_tells_a_queue_again_when_it_was_paused()
    {
        await using var served = await StartAsync();
        await served.CreateAsync(Parked);
        await using var stream = await Listening.ToAsync(served, "api/stream?topics=queues");
        await stream.NextAsync("queue", queue => (string?)queue["name"] == "parking");

        await served.PostAsync("api/queues/parking/pause");

        await stream.NextAsync("queue", queue => (string?)queue["name"] == "parking" && queue["paused_at"] is not null);
    }
}
