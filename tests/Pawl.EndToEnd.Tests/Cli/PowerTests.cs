namespace Pawl.EndToEnd.Tests.Cli;

/// <summary>Every verb that asks a server ends with 4 where the key is none, and every verb that changes something where the key may only
/// look.</summary>
public sealed class PowerTests(Server server) : IClassFixture<Server>
{
    /// <summary>Verbs that ask no server, or do not need one.</summary>
    private static readonly string[] Local =
    [
        "serve", "worker", "db status", "db script", "db migrate", "db check", "db backup", "db prune", "config show", "doctor",
        "completion", "version", "profiles list", "profiles add", "profiles use", "profiles remove", "top",
    ];

    private static readonly string[] Looking =
    [
        "list", "get 1", "watch 1", "wait 1", "logs 1", "jobs list", "jobs get 1", "jobs why 1", "jobs watch 1", "jobs wait 1",
        "jobs logs 1",
        "jobs artifacts 1", "jobs counts", "bulk list", "bulk get 1", "failures", "failures get 1", "queues list", "queues get demo",
        "queues depth", "types list", "types get demo.sleep", "items status demo k", "items history demo k", "workers list",
        "workers get 1",
        "health", "stats", "scaling", "events",
    ];

    private static readonly string[] Changing =
    [
        "enqueue demo.sleep --payload {}", "cancel 1", "retry 1", "rerun 1", "jobs enqueue demo.sleep --payload {}", "jobs cancel 1",
        "jobs retry 1", "jobs dismiss 1", "jobs undismiss 1", "jobs delete 1 --yes", "jobs run-again 1 --payload {}",
        "jobs set 1 --priority 1", "jobs approve 1", "jobs reject 1", "bulk cancel 1", "failures retry FP --yes",
        "failures dismiss FP --yes",
        "queues pause demo", "queues resume demo", "queues set demo --max-running 1", "types pause demo.sleep", "types resume demo.sleep",
        "workers drain 1", "recover", "login --role admin", "keys list", "keys create x --role viewer", "keys delete 1", "audit",
    ];

    private static readonly string[] ByQuery =
        ["cancel --query id:1 --yes", "retry --query id:1 --yes", "jobs dismiss --query id:1 --yes", "jobs delete --query id:1 --yes"];

    [Fact]
    public async Task A_wrong_key_opens_no_verb()
    {
        await EachAsync([.. Looking, .. Changing, .. ByQuery], async words =>
        {
            var said = (await server.RunAsync([.. words, "--token", "pawl_k_canary"])).Ends(4);
            Assert.Equal("unauthenticated", said.Code);
            Assert.DoesNotContain("canary", said.Output + said.Errors, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task A_viewer_looks_and_changes_nothing()
    {
        var job = (await server.RunAsync("enqueue", "demo.fail", "--payload", """{"category":"invalid_input"}""", "-o", "id")).Ends(0)
            .Output.Trim();
        (await server.RunAsync("wait", job)).Ends(6);
        var group = (await server.RunAsync("failures", "-o", "id")).Ends(0).Output.Split('\n')[0];
        var viewer = (await server.RunAsync("keys", "create", "viewer", "--role", "viewer")).Ends(0).Output.Trim();
        var before = (await server.RunAsync("get", job, "-o", "json")).Ends(0).Output;

        await EachAsync([.. Changing, .. ByQuery], async words =>
        {
            var line = words.Select(word => word switch { "1" => job, "id:1" => $"id:{job}", "FP" => group, _ => word });
            Assert.Equal("forbidden", (await server.RunAsync([.. line, "--token", viewer, "-v"])).Ends(4).Code);
        });

        Assert.Equal(before, (await server.RunAsync("get", job, "-o", "json", "--token", viewer)).Ends(0).Output);
        (await server.RunAsync("retry", "--query", $"id:{job}", "--dry-run", "--token", viewer)).Ends(0);
        (await server.RunAsync("recover", "--dry-run", "--token", viewer)).Ends(0);
        (await server.RunAsync("doctor", "--token", viewer)).Ends(0);
    }

    [Fact]
    public async Task No_verb_is_left_out()
    {
        var help = await File.ReadAllLinesAsync(
            Repository.PathTo("tests/Pawl.EndToEnd.Tests/Cli/Help.txt"), TestContext.Current.CancellationToken);
        var asked = Looking.Concat(Changing).ToList();
        for (var at = 0; at < help.Length; at++)
        {
            if (help[at].StartsWith("## pawl ", StringComparison.Ordinal) && help.Skip(at).TakeWhile(
                line => line != "## end" && (line == help[at] || !line.StartsWith("## ", StringComparison.Ordinal))).Contains("Example:"))
            {
                var verb = help[at]["## pawl ".Length..];
                Assert.True(
                    Local.Contains(verb) || asked.Exists(words => $"{words} ".StartsWith($"{verb} ", StringComparison.Ordinal)),
                    $"pawl {verb} is in no list of {nameof(PowerTests)}.");
            }
        }
    }

    /// <summary>Two at a time: most of the time of such a run is its start.</summary>
    private static Task EachAsync(IEnumerable<string> lines, Func<string[], Task> run) => Parallel.ForEachAsync(
        lines, new ParallelOptions { MaxDegreeOfParallelism = 2 }, async (line, _) => await run(line.Split(' ')));
}
