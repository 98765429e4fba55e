using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Pawl.Web.Tests;

public class StreamTests : OnEitherStore
{
    private const string Parked = """{"type":"parked","payload":{}}""";
    private const string Waiting = """{"type":"demo","payload":{"say":"hi","wait":true}}""";

    [Fact]
    public async Task A_stream_begins_with_a_greeting()
    {
        await using var served = await StartAsync();
        await served.CreateAsync(Parked);
        await using var stream = await Listening.ToAsync(served, "api/stream?topics=jobs");

        var hello = await stream.NextAsync();

        Assert.Equal(("hello", null, 15000), (hello!.Name, hello.Id, (int)hello.Data["heartbeat_ms"]!));
        Assert.True(long.Parse((string)hello.Data["seq"]!, null) > 0);
        Assert.Equal("no", string.Join(',', stream.Reply.Headers.GetValues("X-Accel-Buffering")));
    }

    [Fact]
    public async Task A_job_is_told_with_its_events_until_it_ends()
    {
        await using var served = await StartAsync();
        var id = await served.CreateAsync(Waiting);
        await served.Gates.BegunAsync(id);
        await using var stream = await Listening.ToAsync(served, $"api/stream?topics=job:{id}");
        await stream.NextAsync("hello");

        served.Gates.Open(id);
        var heard = await stream.UntilAsync(one => one.Name == "job_event" && (string?)one.Data["kind"] == "succeeded");

        Assert.Contains(heard, one => one.Name == "job" && (string?)one.Data["state"] == "succeeded" && one.Data["payload"] is not null);
        Assert.Equal((string?)heard[^1].Data["seq"], heard[^1].Id);
        Assert.Equal(heard.Select(one => one.Seq).Order(), heard.Select(one => one.Seq));
    }

    [Fact]
    public async Task What_happened_between_two_connections_is_told_once()
    {
        await using var served = await StartAsync();
        var id = await served.CreateAsync(Parked);
        string after;
        await using (var first = await Listening.ToAsync(served, $"api/stream?topics=job:{id},jobs"))
        {
            await first.NextAsync("hello");
            await EditAsync(served, id, 10);
            await first.NextAsync("job_event");
            after = first.LastId!;
        }

        await EditAsync(served, id, 20);
        await EditAsync(served, id, 30);
        await using var second = await Listening.ToAsync(served, $"api/stream?topics=job:{id},jobs", last: after);
        await EditAsync(served, id, 40);
        var events = new List<string?>();
        while (events.Count < 3)
        {
            events.Add((string?)(await second.NextAsync("job_event")).Data["seq"]);
        }

        var all = (await served.GetAsync($"api/jobs/{id}/events?after={after}")).Json["items"]!.AsArray();
        Assert.Equal(all.Select(one => (string?)one!["seq"]), events);
    }

    [Fact]
    public async Task The_list_hears_which_jobs_fit_its_query_and_which_do_no_longer()
    {
        await using var served = await StartAsync();
        var old = await served.CreateAsync(Parked);
        await using var stream = await Listening.ToAsync(served, "api/stream?topics=jobs&query=state:queued type:parked");
        await stream.NextAsync("hello");

        var id = await served.CreateAsync(Parked);
        var up = await stream.NextAsync("jobs", data => data["upserts"]!.AsArray().Count > 0);
        await served.PostAsync($"api/jobs/{old}/cancel");
        var down = await stream.NextAsync("jobs", data => data["removed"]!.AsArray().Count > 0);

        Assert.Equal(id, (string?)up.Data["upserts"]![0]!["id"]);
        Assert.Null(up.Data["upserts"]![0]!["payload"]);
        Assert.Equal(old, (string?)down.Data["removed"]![0]);
        Assert.NotNull(down.Data["counts"]!["queued"]);
    }

    [Fact]
    public async Task The_list_hears_which_jobs_were_removed()
    {
        await using var served = await StartAsync();
        var ids = new List<string>();
        foreach (var type in (string[])["parked", "parked", "demo"])
        {
            ids.Add(await served.CreateAsync($$"""{"type":"{{type}}","payload":{},"delay_ms":3600000}"""));
            Assert.Equal(200, (await served.PostAsync($"api/jobs/{ids[^1]}/cancel")).Status);
        }

        var key = await served.KeyAsync("viewer", ""","types":["demo"]""");
        await using var all = await Listening.ToAsync(served, $"api/stream?topics=jobs,job:{ids[0]}");
        await using var some = await Listening.ToAsync(served, "api/stream?topics=jobs", key);
        await all.NextAsync("hello");
        await some.NextAsync("hello");

        Assert.Equal(204, (await served.SendAsync("DELETE", $"api/jobs/{ids[0]}", headers: ("If-Match", "*"))).Status);
        Assert.Equal([ids[0]], await RemovedAsync(all, 1));
        var bulk = await served.PostAsync("api/bulk", """{"action":"delete","query":"state:cancelled"}""");
        Assert.Equal(202, bulk.Status);
        Assert.Equal(ids[1..].Order(), (await RemovedAsync(all, 2)).Order());
        Assert.Equal([ids[2]], await RemovedAsync(some, 1));
    }

    private static async Task<List<string>> RemovedAsync(Listening stream, int count)
    {
        var removed = new List<string>();
        while (removed.Count < count)
        {
            var heard = await stream.NextAsync("jobs");
            removed.AddRange(heard.Data["removed"]!.AsArray().Select(id => (string)id!));
        }

        return removed;
    }

    [Fact]
    public async Task A_payload_of_several_lines_stays_whole()
    {
        await using var served = await StartAsync();
        var id = await served.CreateAsync("{\"type\":\"parked\",\"payload\":{\"number\":\r\n 7,\n \"more\": [1]}}");
        await using var stream = await Listening.ToAsync(served, $"api/stream?topics=job:{id}");
        await stream.NextAsync("hello");

        await EditAsync(served, id, 10);

        Assert.Equal("""{"number":7,"more":[1]}""", (await stream.NextAsync("job")).Data["payload"]!.ToJsonString());
    }

    [Fact]
    public async Task Counts_that_were_too_old_are_told_again()
    {
        await using var served = await StartAsync();
        await using var stream = await Listening.ToAsync(served, "api/stream?topics=jobs");
        await stream.NextAsync("hello");

        await served.CreateAsync(Parked);
        await stream.NextAsync("jobs");
        await served.CreateAsync(Parked);

        await stream.NextAsync("jobs", data => (long)data["counts"]!["queued"]! == 2);
    }

    [Fact]
    public async Task Progress_is_told_although_it_is_on_no_record()
    {
        await using var served = await StartAsync();
        await served.PostAsync("api/types/demo/pause");
        var id = await served.CreateAsync(Waiting);
        await using var one = await Listening.ToAsync(served, $"api/stream?topics=job:{id}");
        await using var all = await Listening.ToAsync(served, "api/stream?topics=jobs");
        await one.NextAsync("hello");
        await all.NextAsync("hello");
        await served.PostAsync("api/types/demo/resume");

        var job = await one.NextAsync("job", data => data["progress"] is not null);
        var jobs = await all.NextAsync("jobs", data => data["upserts"]!.AsArray() is [{ } first, ..] && first["progress"] is not null);

        Assert.Equal(("half", "half"),
            ((string?)job.Data["progress"]!["message"], (string?)jobs.Data["upserts"]![0]!["progress"]!["message"]));
        served.Gates.Open(id);
    }

    [Fact]
    public async Task A_log_is_told_once_over_two_connections()
    {
        await using var served = await StartAsync();
        var id = await served.CreateAsync(Waiting);
        await served.Gates.BegunAsync(id);
        string after;
        await using (var first = await Listening.ToAsync(served, $"api/stream?topics=log:{id}"))
        {
            var log = await first.NextAsync("log");
            Assert.Equal(
                (id, 1, "hi"), ((string?)log.Data["job_id"], (int)log.Data["attempt"]!, (string?)log.Data["items"]![0]!["message"]));
            Assert.EndsWith($"/{id}.1.{log.Data["next_offset"]}", log.Id, StringComparison.Ordinal);
            after = log.Id!;
        }

        served.Gates.Open(id);
        await served.EndAsync(id);
        var whole = await served.GetAsync($"api/jobs/{id}/logs");
        await using var second = await Listening.ToAsync(served, $"api/stream?topics=log:{id},job:{id}&after={after}");
        var rest = whole.Json["items"]!.AsArray().Select(line => (long)line!["offset"]!)
            .Where(offset => offset >= long.Parse(after.Split('.')[^1], null)).ToList();
        var told = new List<long>();
        while (told.Count < rest.Count)
        {
            told.AddRange((await second.NextAsync("log")).Data["items"]!.AsArray().Select(line => (long)line!["offset"]!));
        }

        Assert.Equal(rest, told);
    }

    [Theory]
    [InlineData("", 400, "topic_invalid")]
    [InlineData("topics=", 400, "topic_invalid")]
    [InlineData("topics=jobs,nonsense", 400, "topic_invalid")]
    [InlineData("topics=schedules", 400, "topic_invalid")]
    [InlineData("topics=job:4711", 404, "not_found")]
    [InlineData("topics=log:x", 404, "not_found")]
    [InlineData("topics=jobs&after=x", 400, "event_id_invalid")]
    [InlineData("topics=jobs&after=-1", 400, "event_id_invalid")]
    [InlineData("topics=jobs&after=99999999", 400, "event_id_invalid")]
    [InlineData("topics=jobs&after=1/2", 400, "event_id_invalid")]
    [InlineData("topics=jobs&query=state:nonsense", 400, "filter_invalid")]
    [InlineData("topics=jobs&topic=jobs", 400, "unknown_field")]
    [InlineData("topics=a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u", 400, "too_many")]
    public async Task A_stream_that_cannot_be_is_refused(string query, int status, string code)
    {
        await using var served = await StartAsync();
        await served.CreateAsync(Parked);

        Assert.Equal((status, code), (await served.GetAsync($"api/stream?{query}")).Answer);
    }

    [Fact]
    public async Task An_id_of_long_ago_begins_anew()
    {
        var clock = new ShiftedClock();
        await using var served = await StartAsync(services: services => services.AddSingleton<TimeProvider>(clock));
        await served.CreateAsync(Parked);
        clock.Shift = TimeSpan.FromMinutes(9);
        await using (var soon = await Listening.ToAsync(served, "api/stream?topics=jobs", last: "0"))
        {
            await soon.NextAsync("jobs");
        }

        clock.Shift = TimeSpan.FromMinutes(11);
        await using var late = await Listening.ToAsync(served, "api/stream?topics=jobs", last: "0");
        await late.NextAsync("hello");
        var reset = await late.NextAsync();

        Assert.Equal(("reset", "too_old"), (reset!.Name, (string?)reset.Data["reason"]));
        var id = await served.CreateAsync(Parked);
        Assert.Equal(id, (string?)(await late.NextAsync("jobs")).Data["upserts"]![0]!["id"]);
    }

    [Fact]
    public async Task More_than_a_reader_can_take_begins_anew()
    {
        await using var served = await StartAsync(options: web => web.Pace = web.Pace with { MaxUpserts = 2 });
        await using var stream = await Listening.ToAsync(served, "api/stream?topics=jobs");
        await stream.NextAsync("hello");

        await served.PostAsync("api/jobs/batch", $$"""{"jobs":[{{Parked}},{{Parked}},{{Parked}}]}""");
        var reset = await stream.NextAsync("reset");
        var id = await served.CreateAsync(Parked);

        Assert.Equal("overflow", (string?)reset.Data["reason"]);
        Assert.Equal(id, (string?)(await stream.NextAsync("jobs")).Data["upserts"]![0]!["id"]);
    }

    [Fact]
    public async Task Much_news_at_once_comes_whole()
    {
        await using var served = await StartAsync();
        await using var stream = await Listening.ToAsync(served, "api/stream?topics=jobs");
        await stream.NextAsync("hello");
        var tags = string.Join(',', Enumerable.Range(0, 20).Select(n => $"\"t{n}\":\"{new string('x', 100)}\""));
        var job = $$$"""{"type":"parked","payload":{},"tags":{{{{tags}}}}}""";

        await served.PostAsync("api/jobs/batch", $$"""{"jobs":[{{string.Join(',', Enumerable.Repeat(job, 200))}}]}""");
        var told = new HashSet<string>();
        while (told.Count < 200)
        {
            var news = await stream.NextAsync("jobs");
            Assert.NotNull(news.Data["counts"]!["scheduled"]);
            told.UnionWith(news.Data["upserts"]!.AsArray().Select(each => (string)each!["id"]!));
        }
    }

    [Fact]
    public async Task What_is_outside_a_keys_scope_never_appears()
    {
        await using var served = await StartAsync();
        var key = await served.KeyAsync("viewer", ""","types":["demo"]""");
        var hidden = await served.CreateAsync(Parked);
        await using var stream = await Listening.ToAsync(served, "api/stream?topics=jobs,notices", key);
        await stream.NextAsync("hello");

        await served.CreateAsync(Parked);
        var shown = await served.CreateAsync("""{"type":"demo","payload":{}}""");

        Assert.Equal((404, "not_found"), (await served.GetAsync($"api/stream?topics=job:{hidden}", Served.With(key))).Answer);
        var told = await stream.NextAsync("jobs");
        Assert.All(told.Data["upserts"]!.AsArray(), job => Assert.Equal(shown, (string?)job!["id"]));
        Assert.True((long)told.Data["counts"]!.AsObject().Sum(state => (long)state.Value!) <= 1);
    }

    [Fact]
    public async Task A_reader_whose_key_was_taken_back_hears_nothing_more()
    {
        await using var served = await StartAsync(
            options: web => web.Pace = web.Pace with { Recheck = TimeSpan.FromMilliseconds(50) });
        var key = await served.PostAsync("api/keys", """{"name":"v","role":"viewer"}""");
        await using var stream = await Listening.ToAsync(served, "api/stream?topics=jobs", key.Text("key"));
        await stream.NextAsync("hello");

        await served.SendAsync("DELETE", $"api/keys/{key.Text("id")}");

        Assert.Null(await stream.NextAsync());
    }

    [Fact]
    public async Task A_silent_stream_says_that_it_lives()
    {
        await using var served = await StartAsync(
            options: web => web.Pace = web.Pace with { Heartbeat = TimeSpan.FromMilliseconds(50) });
        await using var stream = await Listening.ToAsync(served, "api/stream?topics=notices");

        await stream.CommentAsync("hb");
    }

    [Theory]
    [InlineData(1, 10, 429, "too_many_streams")]
    [InlineData(10, 1, 503, "overloaded")]
    public async Task There_are_only_so_many_streams(int perKey, int all, int status, string code)
    {
        await using var served = await StartAsync(options: web =>
            (web.MaxStreamsPerKey, web.MaxStreams, web.RequestsPerSecond) = (perKey, all, 0));
        await using (var first = await Listening.ToAsync(served, "api/stream?topics=jobs"))
        {
            await first.NextAsync("hello");
            var refused = await served.GetAsync("api/stream?topics=jobs");

            Assert.Equal((status, code), refused.Answer);
            Assert.NotEmpty(refused.Headers["Retry-After"]);
        }

        // The place of one who went is free as soon as the server has seen it.
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(120), TimeProvider.System);
        while (true)
        {
            using var request = new HttpRequestMessage(HttpMethod.Head, "api/stream?topics=jobs");
            request.Headers.Authorization = new("Bearer", served.Key);
            using var reply = await served.Client.SendAsync(request, limit.Token);
            if (reply.IsSuccessStatusCode)
            {
                break;
            }
        }
    }

    [Fact]
    public async Task The_host_says_good_bye_and_stops_at_once()
    {
        // A host that waits for its streams waits this long.
        var served = await StartAsync(services: services => services.Configure<HostOptions>(
            host => host.ShutdownTimeout = TimeSpan.FromMinutes(10)));
        await using var stream = await Listening.ToAsync(served, "api/stream?topics=jobs");
        await stream.NextAsync("hello");

        served.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        var bye = await stream.NextAsync();

        Assert.Equal(("bye", "shutdown", 2000), (bye!.Name, (string?)bye.Data["reason"], (int)bye.Data["retry_ms"]!));
        Assert.Null(await stream.NextAsync());
        await served.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
    }

    private static Task<Reply> EditAsync(Served served, string id, int priority) =>
        served.SendAsync("PATCH", $"api/jobs/{id}", $$"""{"priority":{{priority}}}""", headers: ("If-Match", "*"));

    /// <summary>The real clock, whose wall can be set.</summary>
    private sealed class ShiftedClock : TimeProvider
    {
        private long _shift;

        public TimeSpan Shift
        {
            set => Volatile.Write(ref _shift, value.Ticks);
        }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Volatile.Read(ref _shift));
    }
}
