using Microsoft.Extensions.DependencyInjection;

namespace Pawl.Web.Tests;

/// <summary>Members of payloads that a type declares secret.</summary>
public class SecretTests : OnEitherStore
{
    private const string Canary = "hunter2-canary";
    private const string Sent = """
        {"type":"vault","payload":{"to": 1.50, "Token":"hunter2-canary","auth":{"user":"u","password":{"is":"hunter2-canary"}},
         "list":[{"key":"hunter2-canary","a":1},{"a":2}]}}
        """;

    private const string Shown = """
        {"to": 1.50, "Token":"[redacted]","auth":{"user":"u","password":"[redacted]"},
         "list":[{"key":"[redacted]","a":1},{"a":2}]}
        """;

    [Fact]
    public async Task A_secret_is_shown_on_no_route_and_in_no_stream()
    {
        await using var served = await VaultAsync();
        await using var stream = await Listening.ToAsync(served, "api/stream?topics=jobs,notices");
        await stream.NextAsync("hello");

        var made = await served.PostAsync("api/jobs", Sent, ("Idempotency-Key", "k"));
        var id = made.Text("id");
        await using var one = await Listening.ToAsync(served, $"api/stream?topics=job:{id}");
        await one.NextAsync("hello");
        var again = await served.PostAsync("api/jobs", Sent, ("Idempotency-Key", "k"));
        var edited = await served.SendAsync("PATCH", $"api/jobs/{id}", """{"priority":3}""", headers: ("If-Match", "*"));
        var replies = new List<Reply>
        {
            made, again, edited,
            await served.PostAsync("api/jobs/batch", $$"""{"jobs":[{{Sent}}]}"""),
            await served.GetAsync($"api/jobs/{id}"),
            await served.GetAsync("api/jobs?include=payload,result,checkpoint,priority_reasons"),
            await served.GetAsync($"api/jobs/{id}/why"),
            await served.GetAsync($"api/jobs/{id}/events"),
            await served.GetAsync($"api/jobs/{id}/attempts"),
            await served.PostAsync("api/bulk", """{"action":"cancel","query":"type:vault","dry_run":true}"""),
            await served.PostAsync($"api/jobs/{id}/run-again"),
            await served.PostAsync($"api/jobs/{id}/cancel"),
            await served.PostAsync($"api/jobs/{id}/retry"),
            await served.GetAsync("api/audit"),
            await served.GetAsync("api/types/vault"),
        };

        Assert.All(replies, reply => Assert.DoesNotContain(Canary, reply.Body, StringComparison.OrdinalIgnoreCase));
        Assert.All((Reply[])[made, again, edited, replies[4], replies[5], replies[10], replies[11], replies[12]], reply =>
            Assert.Contains(Shown, reply.Body, StringComparison.Ordinal));
        var heard = await one.NextAsync("job");
        Assert.Equal("[redacted]", (string?)heard.Data["payload"]!["Token"]);
        var told = await stream.UntilAsync(heard => heard.Data.ToJsonString().Contains(id, StringComparison.Ordinal));
        Assert.All(told, heard => Assert.DoesNotContain(Canary, heard.Data.ToJsonString(), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("args.Token:hunter2-canary")]
    [InlineData("args.token:hunter2-canary")]
    [InlineData("args.Token:h*")]
    [InlineData("payload.auth.password.is:hunter2-canary")]
    [InlineData("args.list.key:hunter*")]
    [InlineData("args.list.0.key:hunter*")]
    [InlineData("args.Token:>a")]
    public async Task A_query_does_not_find_a_secret(string query)
    {
        await using var served = await VaultAsync();
        var id = await served.CreateAsync(Sent);

        var path = Uri.EscapeDataString(query);
        Assert.Empty((await served.GetAsync($"api/jobs?query={path}")).Json["items"]!.AsArray());
        Assert.Equal(0, (int?)(await served.GetAsync($"api/jobs/counts?query={path}")).Json["counts"]!["queued"]);
        Assert.Equal(0, (int?)(await served.PostAsync(
            "api/bulk", $$"""{"action":"cancel","query":"{{query}}","dry_run":true}""")).Json["matched"]);
        var rest = await served.GetAsync("api/jobs?query=args.auth.user:u");
        Assert.Equal(id, (string?)Assert.Single(rest.Json["items"]!.AsArray())!["id"]);
    }

    [Fact]
    public async Task A_job_that_is_run_again_with_what_was_shown_keeps_its_secrets()
    {
        await using var served = await VaultAsync();
        var id = await served.CreateAsync(Sent);
        const string Changed = """{"to":2,"token":"[redacted]","auth":{"password":"new"},"list":[{"key":"[redacted]"}]}""";

        var again = await served.PostAsync($"api/jobs/{id}/run-again", "{\"payload\":" + Changed + "}");
        var whole = await served.PostAsync($"api/jobs/{id}/run-again", "{\"payload\":" + Shown + "}");
        var bad = await served.PostAsync($"api/jobs/{id}/run-again", """{"payload":{"list":[{"a":1},{"key":"[redacted]"}]}}""");

        Assert.Equal((201, 201), (again.Status, whole.Status));
        Assert.Equal(
            """{"to":2,"token":"hunter2-canary","auth":{"password":"new"},"list":[{"key":"hunter2-canary"}]}""",
            await PayloadAsync(served, again.Text("id")));
        Assert.Equal(await PayloadAsync(served, id), await PayloadAsync(served, whole.Text("id")));
        Assert.Equal((422, "payload_invalid", "/payload/list/1/key"), (bad.Status, bad.Code, bad.Pointer));
    }

    [Fact]
    public async Task What_stands_in_a_secrets_place_is_no_secret()
    {
        await using var served = await VaultAsync();

        var reply = await served.PostAsync("api/jobs", """{"type":"vault","payload":{"auth":{"password":"[redacted]"}}}""");

        Assert.Equal((422, "payload_invalid", "/payload/auth/password"), (reply.Status, reply.Code, reply.Pointer));
    }

    private static async Task<string> PayloadAsync(Served served, string id)
    {
        var job = await served.Jobs.GetAsync(
            JobId.TryParse(id, out var number) ? number : default, TestContext.Current.CancellationToken);
        return System.Text.Encoding.UTF8.GetString(job.Payload.Span);
    }

    private Task<Served> VaultAsync() => StartAsync(types: pawl => pawl.AddType<System.Text.Json.JsonElement>(
        type => type.Name("vault").Secrets("token", "auth.password", "list.key")));
}
