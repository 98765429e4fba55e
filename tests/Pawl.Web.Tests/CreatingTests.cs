using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Pawl.Web.Tests;

public class CreatingTests : OnEitherStore
{
    [Fact]
    public async Task Versions_that_cannot_be_are_refused_in_the_callers_words()
    {
        await using var served = await Served.StartAsync();

        var reply = await served.PostAsync("api/jobs", """{"type":"parked","payload":{},"versions":{"a":"b c"}}""");

        Assert.Equal((400, "name_invalid", "/versions"), (reply.Status, reply.Code, reply.Pointer));
        Assert.DoesNotContain("(Parameter", reply.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_is_created_and_shown_member_for_member()
    {
        await using var served = await StartAsync();

        var made = await served.PostAsync("api/jobs", """
            {"type":"parked","payload":{"number":1,"b":1.50,"a":2},"queue":"other","trigger":"manual","tags":{"repo":"acme/app"},
             "timeout_ms":300000,"max_attempts":3,"max_items":100,"unique_key":"acme/app","concurrency_key":"repo:acme/app",
             "rate_key":"github:token-a","kind":null,"versions":"parser-1.2/cards-v1","priority":7,"start_by":"2099-01-01T00:00:00+02:00"}
            """);

        Assert.Equal(201, made.Status);
        var id = made.Text("id");
        Assert.Equal($"/api/jobs/{id}", made.Headers["Location"]);
        Assert.False((bool?)made.Json["deduplicated"]);
        var shown = await served.GetAsync($"api/jobs/{id}");
        Assert.Equal(200, shown.Status);
        Assert.Equal($"\"{shown.Json["row_version"]}\"", shown.Headers["ETag"]);
        Assert.Contains("\"payload\":{\"number\":1,\"b\":1.50,\"a\":2}", shown.Body, StringComparison.Ordinal);
        Assert.Equal(
            ("parked", "other", "queued", "manual", "key:admin", 7, "acme/app", "active_or_succeeded", "2098-12-31T22:00:00.000000Z"),
            (shown.Text("type"), shown.Text("queue"), shown.Text("state"), shown.Text("trigger"), shown.Text("requested_by"),
                (int?)shown.Json["priority"], shown.Text("unique_key"), shown.Text("unique_hold"), shown.Text("start_by")));
        Assert.Equal(("1.2", "v1"), ((string?)shown.Json["versions"]!["parser"], (string?)shown.Json["versions"]!["cards"]));
        Assert.Equal(id, shown.Text("root_id"));
        Assert.Equal("explicit", (string?)shown.Json["priority_reasons"]![0]!["why"]);
    }

    [Theory]
    [InlineData("", 400, "body_required", null)]
    [InlineData("{", 400, "json_invalid", null)]
    [InlineData("""{"type":"demo",}""", 400, "json_invalid", null)]
    [InlineData("""{"type":"demo"/**/}""", 400, "json_invalid", null)]
    [InlineData("""{"type":"demo","priority":NaN}""", 400, "json_invalid", null)]
    [InlineData("""{"type":"demo","type":"demo"}""", 400, "json_duplicate_key", null)]
    [InlineData("""{"type":"demo","payload":{"a":1,"a":2}}""", 400, "json_duplicate_key", null)]
    [InlineData("[]", 400, "type_mismatch", "")]
    [InlineData("{}", 400, "required", "/type")]
    [InlineData("""{"type":5}""", 400, "type_mismatch", "/type")]
    [InlineData("""{"type":"demo","prioritty":1}""", 400, "unknown_field", "/prioritty")]
    [InlineData("""{"type":"demo","priority":"high "}""", 400, "type_mismatch", "/priority")]
    [InlineData("""{"type":"demo","priority":1.5}""", 400, "type_mismatch", "/priority")]
    [InlineData("""{"type":"demo","priority":1e309}""", 400, "out_of_range", "/priority")]
    [InlineData("""{"type":"demo","priority":-1001}""", 400, "out_of_range", "/priority")]
    [InlineData("""{"type":"demo","priority":9223372036854775808}""", 400, "out_of_range", "/priority")]
    [InlineData("""{"type":"demoo"}""", 422, "type_unknown", "/type")]
    [InlineData("""{"type":"a/b"}""", 400, "name_invalid", "/type")]
    [InlineData("""{"type":"a\u0000"}""", 400, "name_invalid", "/type")]
    [InlineData("""{"type":"a\u202eb"}""", 400, "name_invalid", "/type")]
    [InlineData("""{"type":"a\ud800"}""", 400, "encoding_invalid", "/type")]
    [InlineData("""{"type":"demo","queue":""}""", 400, "name_invalid", "/queue")]
    [InlineData("""{"type":"demo","queue":"../x"}""", 400, "name_invalid", "/queue")]
    [InlineData("""{"type":"demo","run_at":"0000-01-01T00:00:00Z"}""", 400, "time_invalid", "/run_at")]
    [InlineData("""{"type":"demo","run_at":"2026-13-01T00:00:00Z"}""", 400, "time_invalid", "/run_at")]
    [InlineData("""{"type":"demo","run_at":"2026-12-01T00:00:00"}""", 400, "time_invalid", "/run_at")]
    [InlineData("""{"type":"demo","run_at":"9999-01-01T00:00:00Z"}""", 400, "too_far", "/run_at")]
    [InlineData("""{"type":"demo","run_at":"2026-12-01T00:00:00Z","delay_ms":1}""", 400, "out_of_range", "/delay_ms")]
    [InlineData("""{"type":"demo","delay_ms":200000000000}""", 400, "too_far", "/delay_ms")]
    [InlineData("""{"type":"demo","max_attempts":0}""", 400, "out_of_range", "/max_attempts")]
    [InlineData("""{"type":"demo","max_attempts":1000000000}""", 400, "out_of_range", "/max_attempts")]
    [InlineData("""{"type":"demo","timeout_ms":-5}""", 400, "out_of_range", "/timeout_ms")]
    [InlineData("""{"type":"demo","timeout_ms":"1 parsec"}""", 400, "type_mismatch", "/timeout_ms")]
    [InlineData("""{"type":"demo","unique_key":"a b"}""", 400, "key_invalid", "/unique_key")]
    [InlineData("""{"type":"demo","trigger":"schedule"}""", 400, "out_of_range", "/trigger")]
    [InlineData("""{"type":"demo","force":"some"}""", 400, "out_of_range", "/force")]
    [InlineData("""{"type":"demo","tags":{"a":1}}""", 400, "type_mismatch", "/tags/a")]
    [InlineData("""{"type":"demo","tags":[]}""", 400, "type_mismatch", "/tags")]
    [InlineData("""{"type":"demo","payload":{},"depends_on":["999999"]}""", 422, "dependency_missing", "/depends_on/0")]
    [InlineData("""{"type":"demo","payload":{},"depends_on":[{"job_id":"999999"}]}""", 422, "dependency_missing", "/depends_on/0/job_id")]
    [InlineData("""{"type":"demo","depends_on":["x"]}""", 422, "dependency_missing", "/depends_on/0")]
    [InlineData("""{"type":"demo","depends_on":[{"job_id":"1","wen":"terminal"}]}""", 400, "unknown_field", "/depends_on/0/wen")]
    [InlineData("""{"type":"demo","parent_id":"999999"}""", 422, "dependency_missing", "/parent_id")]
    [InlineData("""{"type":"demo","payload":[1]}""", 422, "payload_invalid", "/payload")]
    [InlineData("""{"type":"demo","payload":{"wait":"x"}}""", 422, "payload_invalid", "/payload/wait")]
    [InlineData("""{"type":"demo"}""", 422, "payload_invalid", "/payload")]
    [InlineData("""{"type":"demo","kind":"a\r\nb"}""", 400, "out_of_range", "/kind")]
    public async Task What_is_wrong_is_named_with_its_place(string body, int status, string code, string? pointer)
    {
        await using var served = await StartAsync();

        var reply = await served.PostAsync("api/jobs", body);

        Assert.Equal((status, code, pointer), (reply.Status, reply.Code, reply.Pointer));
        Assert.DoesNotContain("Pawl.Web", reply.Body, StringComparison.Ordinal);   // the names of types here are nobody's business
        Assert.Empty((await served.Jobs.ListAsync(null, TestContext.Current.CancellationToken)).Jobs);
    }

    [Fact]
    public async Task A_member_that_is_nearly_right_is_suggested()
    {
        await using var served = await StartAsync();

        Assert.Equal(
            "priority", (string?)(await served.PostAsync("api/jobs", """{"type":"demo","prioritty":1}""")).Json["nearest"]![0]);
        Assert.Equal("parked", (string?)(await served.PostAsync("api/jobs", """{"type":"parkd"}""")).Json["nearest"]![0]);
    }

    [Fact]
    public async Task Json_that_is_none_is_told_with_line_and_column()
    {
        await using var served = await StartAsync();

        var reply = await served.PostAsync("api/jobs", "{\n  \"type\": x\n}");

        Assert.Equal((2, 11), ((int?)reply.Json["line"], (int?)reply.Json["column"]));
    }

    [Fact]
    public async Task Deep_json_is_refused()
    {
        await using var served = await StartAsync();

        foreach (var depth in (int[])[31, 40, 10_000])
        {
            var nested = new StringBuilder("""{"type":"parked","payload":""").Append('[', depth).Append(']', depth).Append('}').ToString();

            Assert.Equal(
                depth == 31 ? (422, "payload_invalid") : (400, "json_too_deep"), (await served.PostAsync("api/jobs", nested)).Answer);
        }
    }

    [Theory]
    [InlineData("text/plain", "media_type_unsupported")]
    [InlineData("application/x-www-form-urlencoded", "media_type_unsupported")]
    [InlineData("application/merge-patch+json", "media_type_unsupported")]
    [InlineData("", "media_type_unsupported")]
    public async Task Another_media_type_is_refused(string type, string code)
    {
        await using var served = await StartAsync();

        Assert.Equal((415, code), (await served.SendAsync("POST", "api/jobs", """{"type":"parked","payload":{}}""", type)).Answer);
    }

    [Fact]
    public async Task A_compressed_body_is_refused()
    {
        await using var served = await StartAsync();

        Assert.Equal(
            (415, "encoding_unsupported"), (await served.PostAsync("api/jobs", "{}", ("Content-Encoding", "gzip"))).Answer);
    }

    [Fact]
    public async Task Another_encoding_is_refused()
    {
        await using var served = await StartAsync();
        foreach (var bytes in (byte[][])
            [Encoding.Unicode.GetBytes("{\"type\":\"parked\"}"), [(byte)'{', 0xFF, (byte)'}'], [0xEF, 0xBB, 0xBF, (byte)'{', (byte)'}']])
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "api/jobs") { Content = new ByteArrayContent(bytes) };
            request.Headers.Authorization = new("Bearer", served.Key);
            request.Content.Headers.ContentType = new("application/json");

            Assert.Equal((400, "encoding_invalid"), (await served.SendAsync(request)).Answer);
        }
    }

    [Fact]
    public async Task A_payload_of_more_than_one_megabyte_is_refused_with_the_limit()
    {
        await using var served = await StartAsync();
        foreach (var (length, status) in ((int, int)[])[(1_048_576 - 2, 422), (1_048_576 - 1, 413), (5_000_000, 413)])
        {
            var reply = await served.PostAsync("api/jobs", $$"""{"type":"parked","payload":"{{new string('x', length)}}"}""");

            Assert.Equal(status, reply.Status);
            if (status == 413)
            {
                Assert.Equal(("payload_too_large", true), (reply.Code, reply.Json["max_bytes"] is not null));
            }
        }
    }

    [Fact]
    public async Task Too_many_tags_are_refused()
    {
        await using var served = await StartAsync();
        var tags = string.Join(',', Enumerable.Range(0, 10_000).Select(number => $"\"t{number}\":\"x\""));

        var reply = await served.PostAsync("api/jobs", """{"type":"parked","payload":{},"tags":{""" + tags + "}}");

        Assert.Equal((400, "too_many", 32), (reply.Status, reply.Code, (int?)reply.Json["max"]));
    }

    [Fact]
    public async Task The_same_key_and_body_meet_the_same_job()
    {
        await using var served = await StartAsync();
        var key = ("Idempotency-Key", "k1");

        var first = await served.PostAsync("api/jobs", """{"type":"parked","payload":{"number":1},"priority":1}""", key);
        var again = await served.PostAsync("api/jobs", """{"priority":1, "payload":{"number":1},"type":"parked"}""", key);
        var other = await served.PostAsync("api/jobs", """{"type":"parked","payload":{"number":1},"priority":1.0}""", key);

        Assert.Equal((201, 200), (first.Status, again.Status));
        Assert.Equal((first.Text("id"), true, "true"),
            (again.Text("id"), (bool?)again.Json["deduplicated"], again.Headers["Idempotency-Replayed"]));
        Assert.Equal((409, "idempotency_conflict"), other.Answer);
        Assert.Equal(first.Text("id"), other.Text("job_id"));
        var submitter = Served.With(await served.KeyAsync("submitter"));
        var others = await served.PostAsync("api/jobs", """{"type":"parked","payload":{"number":1},"priority":1.0}""", key, submitter);
        Assert.Equal(201, others.Status);
    }

    [Fact]
    public async Task A_repeated_request_whose_job_was_removed_says_so()
    {
        await using var served = await StartAsync();
        var key = ("Idempotency-Key", "k1");
        var id = (await served.PostAsync("api/jobs", """{"type":"parked","payload":{}}""", key)).Text("id");
        await served.PostAsync($"api/jobs/{id}/cancel");
        Assert.Equal(204, (await served.SendAsync("DELETE", $"api/jobs/{id}", headers: ("If-Match", "*"))).Status);

        Assert.Equal((410, "gone"), (await served.PostAsync("api/jobs", """{"type":"parked","payload":{}}""", key)).Answer);
    }

    [Fact]
    public async Task A_refused_request_does_not_use_its_key_up()
    {
        await using var served = await StartAsync();
        var key = ("Idempotency-Key", "k1");

        Assert.Equal(422, (await served.PostAsync("api/jobs", """{"type":"demo","payload":[1]}""", key)).Status);
        Assert.Equal(201, (await served.PostAsync("api/jobs", """{"type":"demo","payload":{}}""", key)).Status);
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("\"quoted\u007F\"")]
    public async Task A_key_of_other_characters_is_refused(string key)
    {
        await using var served = await StartAsync();

        Assert.Equal(
            (400, "key_invalid"),
            (await served.PostAsync("api/jobs", """{"type":"parked","payload":{}}""", ("Idempotency-Key", key))).Answer);
    }

    [Fact]
    public async Task A_unique_key_meets_its_job_and_refuses_other_work()
    {
        await using var served = await StartAsync();

        var first = await served.PostAsync("api/jobs", """{"type":"parked","payload":{"number":1},"unique_key":"a"}""");
        var again = await served.PostAsync("api/jobs", """{"type":"parked","payload":{"number":1},"unique_key":"a"}""");
        var other = await served.PostAsync("api/jobs", """{"type":"parked","payload":{"number":2},"unique_key":"a"}""");

        Assert.Equal((201, 200, first.Text("id")), (first.Status, again.Status, again.Text("id")));
        Assert.Equal((409, "idempotency_conflict", first.Text("id")), (other.Status, other.Code, other.Text("job_id")));
    }

    [Fact]
    public async Task A_batch_with_a_key_meets_the_jobs_that_its_unique_keys_name()
    {
        await using var served = await StartAsync();
        const string Job = """{"type":"parked","payload":{},"unique_key":"b"}""";
        var id = await served.CreateAsync(Job);

        var made = await served.PostAsync(
            "api/jobs/batch", """{"jobs":[{"type":"parked","payload":{}},""" + Job + "]}", ("Idempotency-Key", "b1"));

        Assert.Equal((201, 1, 1), (made.Status, (int?)made.Json["created"], (int?)made.Json["deduplicated"]));
        Assert.Equal((id, true), ((string?)made.Json["jobs"]![1]!["id"], (bool?)made.Json["jobs"]![1]!["deduplicated"]));
    }

    [Fact]
    public async Task A_batch_is_created_whole_or_not_at_all()
    {
        await using var served = await StartAsync();
        var key = ("Idempotency-Key", "b1");
        const string Body = """{"jobs":[{"type":"parked","payload":{}},{"type":"parked","payload":{},"unique_key":"b"}]}""";

        var made = await served.PostAsync("api/jobs/batch", Body, key);
        var again = await served.PostAsync("api/jobs/batch", Body, key);
        var bad = await served.PostAsync("api/jobs/batch", """{"jobs":[{"type":"parked","payload":{}},{"type":"a b"}]}""");
        var misfit = await served.PostAsync("api/jobs/batch", """{"jobs":[{"type":"parked","payload":{"number":"x"}},{"type":"demo"}]}""");
        var unknown = await served.PostAsync("api/jobs/batch", """{"jobs":[{"type":"parked","payload":{}},{"type":"pparked"}]}""");
        var conflict = await served.PostAsync(
            "api/jobs/batch", """{"jobs":[{"type":"parked","payload":{}},{"type":"parked","payload":{"number":9},"unique_key":"b"}]}""");

        Assert.Equal((201, 2, 0), (made.Status, (int?)made.Json["created"], (int?)made.Json["deduplicated"]));
        Assert.Equal((200, made.Body, "true"), (again.Status, again.Body, again.Headers["Idempotency-Replayed"]));
        Assert.Equal((422, "payload_invalid", "/jobs/0/payload/number"), (misfit.Status, misfit.Code, misfit.Pointer));
        Assert.Equal((400, "name_invalid", "/jobs/1/type"), (bad.Status, bad.Code, bad.Pointer));
        Assert.Equal((422, "type_unknown", "/jobs/1/type"), (unknown.Status, unknown.Code, unknown.Pointer));
        Assert.Equal((409, "idempotency_conflict", "/jobs/1"), (conflict.Status, conflict.Code, conflict.Pointer));
        Assert.Equal(2, (await served.Jobs.ListAsync(null, TestContext.Current.CancellationToken)).Jobs.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10_001)]
    public async Task A_batch_of_none_or_too_many_is_refused(int count)
    {
        await using var served = await StartAsync();
        var jobs = string.Join(',', Enumerable.Repeat("""{"type":"parked","payload":{}}""", count));

        var reply = await served.PostAsync("api/jobs/batch", $$"""{"jobs":[{{jobs}}]}""");

        Assert.Equal((400, "batch_size", 10_000), (reply.Status, reply.Code, (int?)reply.Json["max"]));
    }

    [Fact]
    public async Task A_trace_is_kept_with_the_job()
    {
        await using var served = await StartAsync();
        const string Trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

        var made = await served.PostAsync("api/jobs", """{"type":"parked","payload":{}}""", ("traceparent", Trace));

        Assert.Equal(Trace, made.Text("traceparent"));
    }

    [Fact]
    public async Task A_busy_concurrency_key_can_be_a_reason_to_refuse()
    {
        await using var served = await StartAsync();
        var first = await served.CreateAsync("""{"type":"demo","payload":{"wait":true},"concurrency_key":"c"}""");
        await served.Gates.BegunAsync(first);

        var reply = await served.PostAsync("api/jobs", """{"type":"demo","payload":{},"concurrency_key":"c","on_busy":"reject"}""");

        Assert.Equal((409, "lock_held", first), (reply.Status, reply.Code, reply.Text("holder_job_id")));
        served.Gates.Open(first);
    }

    [Fact]
    public async Task What_to_do_about_a_busy_key_is_shown_and_copied()
    {
        await using var served = await StartAsync();

        var plain = await served.PostAsync("api/jobs", """{"type":"parked","payload":{}}""");
        var keyed = await served.PostAsync("api/jobs", """{"type":"parked","payload":{},"concurrency_key":"c","on_busy":"reject"}""");
        var bare = await served.PostAsync("api/jobs", """{"type":"parked","payload":{},"on_busy":"reject"}""");
        var again = await served.PostAsync($"api/jobs/{keyed.Text("id")}/run-again");

        Assert.Equal(
            ("queue", "reject", "reject", "reject"),
            (plain.Text("on_busy"), keyed.Text("on_busy"), bare.Text("on_busy"), again.Text("on_busy")));
        var list = await served.GetAsync("api/jobs?sort=id");
        Assert.Equal(["queue", "reject", "reject", "reject"], list.Json["items"]!.AsArray().Select(job => (string?)job!["on_busy"]));
    }

    [Theory]
    [InlineData("\"priority\":5")]
    [InlineData("\"queue\":\"other\"")]
    [InlineData("\"tags\":{\"a\":\"b\"}")]
    [InlineData("\"timeout_ms\":1000")]
    [InlineData("\"trigger\":\"manual\"")]
    [InlineData("\"delay_ms\":60000")]
    [InlineData("\"kind\":\"task\"")]
    [InlineData("\"concurrency_key\":\"c\"")]
    [InlineData("\"max_attempts\":7")]
    public async Task A_key_with_another_body_is_a_conflict_whatever_differs(string member)
    {
        await using var served = await StartAsync();
        const string Once = """{"type":"parked","payload":{"number":1}}""";
        var plain = await served.PostAsync("api/jobs", Once, ("Idempotency-Key", "k"));
        var unique = await served.CreateAsync("""{"type":"parked","payload":{"number":2},"unique_key":"u"}""");

        var other = await served.PostAsync(
            "api/jobs", "{\"type\":\"parked\",\"payload\":{\"number\":1}," + member + "}", ("Idempotency-Key", "k"));
        var second = await served.PostAsync(
            "api/jobs", "{\"type\":\"parked\",\"payload\":{\"number\":2},\"unique_key\":\"u\"," + member + "}");
        var same = await served.PostAsync("api/jobs", """{"unique_key":"u","payload":{"number":2},"type":"parked"}""");

        Assert.Equal((409, "idempotency_conflict", plain.Text("id")), (other.Status, other.Code, other.Text("job_id")));
        Assert.Equal((409, "idempotency_conflict", unique), (second.Status, second.Code, second.Text("job_id")));
        Assert.Equal((200, unique), (same.Status, same.Text("id")));
    }

    [Fact]
    public async Task A_dependency_that_is_missing_is_named_where_it_stands()
    {
        await using var served = await StartAsync();
        var there = await served.CreateAsync("""{"type":"parked","payload":{}}""");
        var limited = await served.KeyAsync("submitter", ""","types":["parked"]""");
        var drafts = $$$"""
            [{"type":"parked","payload":{}},
             {"type":"parked","payload":{},"depends_on":["{{{there}}}","{{{there}}}",{"job_id":"999999"},"888888"]}]
            """;

        foreach (var key in (string[])[served.Key, limited])
        {
            var one = await served.PostAsync(
                "api/jobs", $$"""{"type":"parked","payload":{},"depends_on":["{{there}}","999999"]}""", Served.With(key));
            var many = await served.PostAsync("api/jobs/batch", "{\"jobs\":" + drafts + "}", Served.With(key));
            var lone = await served.PostAsync(
                "api/jobs/batch", """{"jobs":[{"type":"parked","payload":{},"depends_on":["999999"]}]}""", Served.With(key));

            Assert.Equal((422, "dependency_missing", "/depends_on/1"), (one.Status, one.Code, one.Pointer));
            Assert.Equal((422, "dependency_missing", "/jobs/1/depends_on/2/job_id"), (many.Status, many.Code, many.Pointer));
            Assert.Equal("/jobs/0/depends_on/0", lone.Pointer);
        }
    }

    [Fact]
    public async Task A_batch_of_one_tells_where_its_fault_is_too()
    {
        await using var served = await StartAsync();
        await served.CreateAsync("""{"type":"parked","payload":{"number":1},"unique_key":"u"}""");

        var reply = await served.PostAsync("api/jobs/batch", """{"jobs":[{"type":"parked","payload":{"number":2},"unique_key":"u"}]}""");

        Assert.Equal((409, "idempotency_conflict", "/jobs/0"), (reply.Status, reply.Code, reply.Pointer));
    }

    [Fact]
    public async Task A_type_with_a_flat_payload_takes_its_members_beside_its_name()
    {
        await using var served = await StartAsync(types: pawl => pawl.AddDeclaredTypes(new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["Pawl:Types:old:FlatPayload"] = "true" }).Build()));

        var made = await served.PostAsync(
            "api/jobs", """{"repository":"acme/app","type":"old","days":7.50,"priority":5,"list":[{"a":18014398509481985}]}""");
        var many = await served.PostAsync("api/jobs/batch", """{"jobs":[{"type":"old"},{"type":"old","payload":{"a":1}}]}""");
        var both = await served.PostAsync("api/jobs", """{"type":"old","payload":{"a":1},"days":7}""");
        var other = await served.PostAsync("api/jobs", """{"type":"parked","number":1}""");

        Assert.Equal((201, 5), (made.Status, (int?)made.Json["priority"]));
        Assert.Contains(
            "\"payload\":{\"repository\":\"acme/app\",\"days\":7.50,\"list\":[{\"a\":18014398509481985}]}",
            made.Body,
            StringComparison.Ordinal);
        var payloads = (await served.GetAsync("api/jobs?sort=id&include=payload")).Json["items"]!.AsArray()
            .Select(job => job!["payload"]?.ToJsonString()).ToList();
        Assert.Equal(201, many.Status);
        Assert.Equal(["{}", "{\"a\":1}"], payloads[1..]);
        Assert.Equal((400, "unknown_field", "/days"), (both.Status, both.Code, both.Pointer));
        Assert.Equal((400, "unknown_field", "/number"), (other.Status, other.Code, other.Pointer));
    }
}
