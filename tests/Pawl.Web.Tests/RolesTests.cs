using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Pawl.Web.Hosting;
using Pawl.Web.Routing;

namespace Pawl.Web.Tests;

/// <summary>Every route with every role: made from the table, so that a new route cannot be forgotten.</summary>
public partial class RolesTests : OnEitherStore
{
    private static readonly string[] All = ["viewer", "submitter", "operator", "admin", "worker"];

    [Fact]
    public void Who_may_call_what_is_as_somebody_has_looked_at()
    {
        var text = new StringBuilder();
        foreach (var route in Routes.All.OrderBy(route => route.Template, StringComparer.Ordinal).ThenBy(route => route.Verb))
        {
            var wet = route.Wet is { } more ? $", {Words.Of(more)} without dry_run" : "";
            text.Append(CultureInfo.InvariantCulture, $"{route.Verb} {route.Template}  {Words.Of(route.Need)}{wet}\n");
        }

        Approve.Text(text.ToString(), "Routes.txt");
    }

    [Fact]
    public async Task Every_route_answers_each_role_as_the_table_says()
    {
        await using var served = await StartAsync(options: web => (web.RequestsPerSecond, web.Compat) = (0, ["cards", "crawler"]));
        var wrong = new List<string>();
        foreach (var role in (string[])["", .. All])
        {
            var key = role.Length == 0 ? "" : await served.KeyAsync(role);
            foreach (var route in Routes.All)
            {
                var reply = await CallAsync(served, route, key);
                if (Expected(route, role) is var expected && !expected(reply.Status))
                {
                    wrong.Add($"{route.Verb} {route.Template} as {(role.Length == 0 ? "nobody" : role)}: {reply.Status} {reply.Code}");
                }
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public async Task A_job_outside_the_scope_is_not_there_for_any_route()
    {
        await using var served = await StartAsync(options: web => web.RequestsPerSecond = 0);
        var id = await served.CreateAsync("""{"type":"parked","payload":{}}""");
        var wrong = new List<string>();
        foreach (var (more, what) in ((string, string)[])[(""","types":["mail.*","demo"]""", "type"), (""","queues":["mail"]""", "queue")])
        {
            var key = await served.KeyAsync("operator", more);
            foreach (var route in Routes.All.Where(route => route.Template.Contains("/jobs/{id}", StringComparison.Ordinal)))
            {
                var reply = await CallAsync(served, route, key, id);
                if (reply.Answer != (404, "not_found"))
                {
                    wrong.Add($"{route.Verb} {route.Template} of another {what}: {reply.Status} {reply.Code}");
                }
            }

            Assert.Empty((await served.GetAsync("api/jobs", Served.With(key))).Json["items"]!.AsArray());
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public async Task A_limited_key_sees_only_its_queues_types_and_workers()
    {
        await using var served = await StartAsync();
        await served.CreateAsync("""{"type":"parked","payload":{}}""");
        var running = await served.CreateAsync("""{"type":"demo","payload":{"wait":true}}""");
        await served.Gates.BegunAsync(running);
        var key = Served.With(await served.KeyAsync("operator", ""","types":["parked"]"""));

        Assert.Equal(["parking"], (await served.GetAsync("api/queues", key)).Json["items"]!.AsArray().Select(one => (string?)one!["name"]));
        Assert.Equal(["parked"], (await served.GetAsync("api/types", key)).Json["items"]!.AsArray().Select(one => (string?)one!["type"]));
        Assert.Empty((await served.GetAsync("api/workers", key)).Json["items"]!.AsArray());
        Assert.Equal(1, (int?)(await served.GetAsync("api/jobs/counts", key)).Json["counts"]!["queued"]);
        Assert.Equal((404, "not_found"), (await served.PostAsync("api/queues/default/pause", null, key)).Answer);
        Assert.Equal((404, "not_found"), (await served.PostAsync("api/types/demo/pause", null, key)).Answer);
        Assert.Equal((403, "forbidden"), (await served.PostAsync("api/recovery", null, key)).Answer);
        Assert.Equal((403, "forbidden"), (await served.PostAsync("api/queues/parking/pause", null, key)).Answer);
        Assert.Equal(200, (await served.PostAsync("api/types/parked/pause", null, key)).Status);
        served.Gates.Open(running);
    }

    [Fact]
    public async Task A_limited_key_hears_nothing_of_the_job_that_stands_in_its_way()
    {
        await using var served = await StartAsync();
        var holder = await served.CreateAsync("""{"type":"demo","payload":{"wait":true},"queue":"mail","concurrency_key":"c"}""");
        await served.Gates.BegunAsync(holder);
        var behind = await served.CreateAsync("""{"type":"demo","payload":{},"concurrency_key":"c"}""");
        var ended = await served.CreateAsync("""{"type":"demo","payload":{},"delay_ms":900000,"unique_key":"u"}""");
        await served.PostAsync($"api/jobs/{ended}/cancel");
        var heir = await served.CreateAsync("""{"type":"demo","payload":{},"delay_ms":900000,"unique_key":"u","queue":"mail"}""");
        var key = Served.With(await served.KeyAsync("operator", ""","queues":["default"]"""));

        var why = await served.GetAsync($"api/jobs/{behind}/why", key);
        var retried = await served.PostAsync($"api/jobs/{ended}/retry", null, key);

        Assert.Equal("concurrency_key", why.Text("not_running_because"));
        Assert.Equal((null, null), ((string?)why.Json["reasons"]![0]!["detail"], (string?)why.Json["reasons"]![0]!["href"]));
        Assert.Equal((409, "unique_key_in_use"), retried.Answer);
        Assert.Null(retried.Json["job_id"]);
        Assert.DoesNotContain($"job {heir}", retried.Body, StringComparison.Ordinal);
        Assert.Equal($"jobs/{holder}", (string?)(await served.GetAsync($"api/jobs/{behind}/why")).Json["reasons"]![0]!["href"]);
        Assert.Equal(heir, (await served.PostAsync($"api/jobs/{ended}/retry")).Text("job_id"));
        served.Gates.Open(holder);
    }

    [Fact]
    public async Task A_limited_key_creates_only_inside_its_scope()
    {
        await using var served = await StartAsync();
        var key = Served.With(await served.KeyAsync("submitter", ""","types":["demo"],"queues":["default"]"""));
        var parent = await served.CreateAsync("""{"type":"parked","payload":{}}""");

        Assert.Equal((422, "type_unknown"), (await served.PostAsync("api/jobs", """{"type":"parked","payload":{}}""", key)).Answer);
        Assert.Equal(
            (403, "forbidden"), (await served.PostAsync("api/jobs", """{"type":"demo","payload":{},"queue":"mail"}""", key)).Answer);
        Assert.Equal((422, "dependency_missing"), (await served.PostAsync(
            "api/jobs", $$"""{"type":"demo","payload":{},"depends_on":["{{parent}}"]}""", key)).Answer);
        Assert.Equal((422, "dependency_missing"), (await served.PostAsync(
            "api/jobs", $$"""{"type":"demo","payload":{},"parent_id":"{{parent}}"}""", key)).Answer);
        Assert.Equal(201, (await served.PostAsync("api/jobs", """{"type":"demo","payload":{}}""", key)).Status);
    }

    [Fact]
    public async Task To_force_items_takes_an_operator()
    {
        await using var served = await StartAsync();
        const string Body = """{"type":"parked","payload":{},"force":"all"}""";

        var submitter = await served.PostAsync("api/jobs", Body, Served.With(await served.KeyAsync("submitter")));
        var operating = await served.PostAsync("api/jobs", Body, Served.With(await served.KeyAsync("operator")));

        Assert.Equal((403, "forbidden", "operator"), (submitter.Status, submitter.Code, submitter.Text("needs")));
        Assert.Equal(201, operating.Status);
    }

    [Fact]
    public async Task What_was_not_allowed_is_kept_in_the_audit_as_is_what_was_done()
    {
        await using var served = await StartAsync();
        var id = await served.CreateAsync("""{"type":"parked","payload":{}}""");
        await served.PostAsync($"api/jobs/{id}/cancel", null, Served.With(await served.KeyAsync("viewer")));
        await served.PostAsync($"api/jobs/{id}/cancel");

        var all = (await served.GetAsync("api/audit?limit=500")).Json["items"]!.AsArray();

        Assert.Contains(all, entry => (string?)entry!["actor"] == "key:viewer" && (string?)entry["refusal"] == "forbidden"
            && (string?)entry["target"] == $"/api/jobs/{id}/cancel");
        Assert.Contains(all, entry => (string?)entry!["actor"] == "key:admin" && (string?)entry["action"] == "job.cancel"
            && (string?)entry["target"] == id && entry["refusal"] is null);
    }

    private static Task<Reply> CallAsync(Served served, Route route, string key, string id = "424242")
    {
        var path = Parameter().Replace(route.Template.TrimStart('/'), match => match.Value == "{id}" ? id : "x");
        var body = route.Verb == "GET" ? null : "{}";
        return served.SendAsync(route.Verb, path, body, headers: [Served.With(key), ("If-Match", "*"), ("Accept", "application/json")]);
    }

    // None of these bodies is a dry run.
    private static Func<int, bool> Expected(Route route, string role) => (route.Wet ?? route.Need) switch
    {
        Need.Open => status => status is not 403,
        _ when role.Length == 0 => status => status == 401,
        Need.Worker => status => role == "worker" ? status is not (401 or 403) : status == 403,
        _ when role == "worker" => status => status == 403,
        var need when Array.IndexOf(All, role) >= (int)need - 1 => status => status is not (401 or 403) and < 500,
        _ => status => status == 403,
    };

    [GeneratedRegex("[{][a-z]+[}]")]
    private static partial Regex Parameter();
}
