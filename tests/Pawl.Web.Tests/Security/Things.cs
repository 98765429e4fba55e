using Pawl.Web.Routing;

namespace Pawl.Web.Tests.Security;

/// <summary>One of everything that a path can name.</summary>
internal sealed class Things
{
    /// <summary>A number and a name that nothing bears.</summary>
    public const string Unknown = "987654321";

    /// <summary>The queue of a job, and its tag, which a limited key must not hear of.</summary>
    public const string Elsewhere = "canary.elsewhere";

    /// <summary>What is no number, and mostly no name either.</summary>
    public static readonly string[] NoNames =
        ["a%20b", "%2D1", "99999999999999999999999", "..%2F..%2Fetc%2Fpasswd", "%EF%BC%91", "%27%3B--"];

    private readonly Dictionary<string, string> _names = [];

    private Things()
    {
    }

    /// <summary>Whether what a route names is in a queue or of a type, or holds such; so that a limited key may not see it. A recovery is
    /// of all queues: a limited key sees that it was, and the jobs within its scope.</summary>
    public static bool HasScope(Route route) =>
        route.Template.Contains('{', StringComparison.Ordinal) && route.Template != "/api/recovery/{id}";

    public static async Task<Things> MakeAsync(Served served)
    {
        var things = new Things();
        var job = await served.CreateAsync($$"""
            {"type":"demo","queue":"{{Elsewhere}}","tags":{"a":"{{Elsewhere}}" },"payload":{"attach":"x","fail":"invalid_input"} }
            """);
        await served.EndAsync(job);
        await served.CreateAsync($$"""{"type":"parked","queue":"{{Elsewhere}}","payload":{} }""");
        var bulk = await served.PostAsync("api/bulk", """{"action":"dismiss","query":"type:parked"}""");
        Assert.Equal(202, bulk.Status);
        things._names["jobs"] = job;
        things._names["bulk"] = bulk.Text("id");
        things._names["failures"] = await FirstAsync(served, "api/failures", "fingerprint");
        things._names["keys"] = (await served.PostAsync("api/keys", """{"name":"spare","role":"viewer"}""")).Text("id");
        things._names["queues"] = Elsewhere;
        things._names["types"] = "demo";
        things._names["workers"] = await FirstAsync(served, "api/workers", "id");
        things._names["recovery"] = await RecoveryAsync(served);
        await ReadyAsync(served);
        return things;
    }

    /// <summary>What a route's path names, by the noun before it.</summary>
    public string NameFor(Route route)
    {
        var at = route.Template.IndexOf('{', StringComparison.Ordinal);
        return at < 0 ? "" : _names[route.Template[..at].TrimEnd('/').Split('/')[^1]];
    }

    private static async Task<string> FirstAsync(Served served, string list, string name) =>
        (string?)(await served.GetAsync(list)).Json["items"]![0]![name] ?? throw new InvalidOperationException($"No {name} in {list}.");

    /// <summary>One by itself may be under way.</summary>
    private static Task<string> RecoveryAsync(Served served) => UntilAsync(async () =>
        await served.PostAsync("api/recovery", """{"dry_run":true}""") is { Status: 200 } run ? run.Text("id") : null);

    /// <summary>Waits until the server is ready and in good health.</summary>
    public static Task<string> ReadyAsync(Served served) => UntilAsync(async () =>
        (await served.GetAsync("readyz")).Status == 200 && (await served.GetAsync("healthz")).Status == 200 ? "ready" : null);

    private static async Task<string> UntilAsync(Func<Task<string?>> look)
    {
        for (var since = TimeProvider.System.GetTimestamp(); ;)
        {
            if (await look() is { } found)
            {
                return found;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(since) < TimeSpan.FromSeconds(60), "It was not there within 60 s.");
        }
    }
}
