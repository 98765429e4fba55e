using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pawl.Web.Hosting;
using Pawl.Web.Routing;

namespace Pawl.Web.Tests.Security;

/// <summary>A secret is put into every place where one may come in, and then looked for in all that comes out and is kept.</summary>
public class CanaryTests : OnEitherStore, IDisposable
{
    private readonly TempFolder _folder = TempFolder.InMemory();
    private readonly HeardLines _lines = new();
    private readonly StringBuilder _told = new();

    [Fact]
    public async Task A_secret_is_told_nowhere_and_kept_only_with_the_payload_that_it_came_in()
    {
        var shownOnce = new List<string>();
        await using (var served = await VaultAsync())
        {
            await SpeakAsync(served, shownOnce);
            await AskAsync(served);
            await LiveFilesAsync();
        }

        var kept = await KeptAsync();

        Assert.Contains("***", _told.ToString(), StringComparison.Ordinal);
        Assert.Contains("failed for good", _lines.Text, StringComparison.Ordinal);
        Assert.Empty(Canary.In(_lines.Text));
        Assert.Empty(Canary.In(_told.ToString()));
        Assert.Equal(
            [$"{nameof(Canary.Nested)} in payload", $"{nameof(Canary.Number)} in payload", $"{nameof(Canary.Token)} in payload"],
            kept.SelectMany(column => Canary.In(column.Value).Select(place => $"{NameOf(place)} in {column.Key.Split('.')[^1]}"))
                .Distinct().Order(StringComparer.Ordinal));
        foreach (var secret in shownOnce)
        {
            Assert.DoesNotContain(kept, column => column.Value.Contains(secret, StringComparison.Ordinal));
            Assert.DoesNotContain(secret, _lines.Text, StringComparison.Ordinal);
            Assert.DoesNotContain(secret, _told.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_secret_that_is_told_is_found()
    {
        Assert.Equal(["header in an error"], Canary.In($"... {Canary.Spoken[2].ToUpperInvariant()} ..."));
        Assert.Equal(Canary.All.Count, Canary.In(string.Concat(Canary.All.Keys)).Count());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    protected override Task<string?> DatabaseAsync() =>
        Task.FromResult<string?>($"Data Source={_folder["pawl.db"]}");

    /// <summary>Every column of the database; the server has stopped.</summary>
    protected virtual Task<IReadOnlyDictionary<string, string>> KeptAsync() => Kept.InFileAsync(_folder["pawl.db"]);

    private Task<Served> VaultAsync() => StartAsync(
        options: web => (web.RequestsPerSecond, web.Compat, web.ProcessType) = (0, ["cards", "crawler"], "vault"),
        services: services => services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(_lines)),
        types: pawl =>
        {
            pawl.AddHandler<VaultHandler, Vault>(type => type.Name("vault").Secrets("token", "auth.password", "pin"));
            pawl.AddDeclaredTypes(Declared());
        });

    /// <summary>A command that prints a variable it was trusted with, under no name.</summary>
    private IConfiguration Declared()
    {
        Environment.SetEnvironmentVariable(Canary.Variable, Canary.Environment);
        return new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Pawl:Types:print:Handler"] = "command",
            ["Pawl:Types:print:MaxAttempts"] = "1",
            ["Pawl:Types:print:Command:WorkingDirectory"] = _folder.FullPath,
            ["Pawl:Types:print:Command:Env:0"] = Canary.Variable,
            ["Pawl:Types:print:Command:Argv:0"] = "/bin/sh",
            ["Pawl:Types:print:Command:Argv:1"] = "-c",
            ["Pawl:Types:print:Command:Argv:2"] = $"echo out ${Canary.Variable}; echo error ${Canary.Variable} >&2; exit 3",
        }).Build();
    }

    /// <summary>Puts the secrets in, and lets handlers say them.</summary>
    private async Task SpeakAsync(Served served, List<string> shownOnce)
    {
        await using var stream = await Listening.ToAsync(
            served, "api/stream?topics=jobs,notices,failures,queues,workers,bulk,stats,health");
        await stream.NextAsync("hello");
        await served.PostAsync("api/queues/vault/pause");
        var ids = new List<string>();
        foreach (var (ends, attempts) in ((string, int)[])[("badly", 1), ("again", 3), ("detailed", 1), ("well", 1), ("later", 1)])
        {
            var body = $$$"""
                {"type":"vault","queue":"vault","max_attempts":{{{attempts}}},"payload":{"token":"{{{Canary.Token}}}",
                 "auth":{"user":"u","password":"{{{Canary.Nested}}}"},"pin":{{{Canary.Number}}},"ends":"{{{ends}}}"}}
                """;
            var made = Note(await served.PostAsync("api/jobs", body, ("Idempotency-Key", $"k-{ends}")));
            Assert.Equal(201, made.Status);
            Note(await served.PostAsync("api/jobs", body, ("Idempotency-Key", $"k-{ends}")));
            ids.Add(made.Text("id"));
        }

        await using var one = await Listening.ToAsync(served, $"api/stream?topics=job:{ids[0]},log:{ids[0]}");
        await one.NextAsync("hello");
        await served.PostAsync("api/queues/vault/resume");
        var (ended, logged) = (false, false);
        Note(await one.UntilAsync(heard =>
        {
            ended |= heard.Name == "job" && (string?)heard.Data["state"] == "failed";
            logged |= heard.Name == "log";
            return ended && logged;
        }));
        foreach (var (id, state) in ids.Zip((string[])["failed", "scheduled", "failed", "succeeded", "scheduled"]))
        {
            await ReachAsync(served, id, state);
        }

        var shell = OperatingSystem.IsWindows() ? null : await served.CreateAsync("""{"type":"print"}""");
        if (shell is not null)
        {
            await ReachAsync(served, shell, "failed");
            Assert.Contains("***", (await served.GetAsync($"api/jobs/{shell}/logs")).Body, StringComparison.Ordinal);
        }

        await CommandAsync(served, ids);
        await SignInAsync(served, shownOnce);

        var last = await served.CreateAsync("""{"type":"demo","payload":{}}""");
        Note(await stream.UntilAsync(heard => heard.Data.ToJsonString().Contains($"\"{last}\"", StringComparison.Ordinal)));
    }

    /// <summary>What people do with such jobs.</summary>
    private async Task CommandAsync(Served served, List<string> ids)
    {
        Note(await served.SendAsync("PATCH", $"api/jobs/{ids[1]}", """{"priority":3,"tags":{"a":"b"}}""", headers: ("If-Match", "*")));
        Note(await served.PostAsync($"api/jobs/{ids[0]}/run-again", """{"queue":"parking"}""", ("Idempotency-Key", "again")));
        Note(await served.PostAsync($"api/jobs/{ids[0]}/dismiss", """{"note":"known"}"""));
        Note(await served.PostAsync($"api/jobs/{ids[1]}/cancel", """{"reason":"enough"}"""));
        Note(await served.PostAsync("api/bulk", """{"action":"undismiss","query":"type:vault"}""", ("Idempotency-Key", "bulk")));
        Note(await served.PostAsync("api/recovery", """{"type":"failed","dry_run":true}"""));
        Note(await served.PostAsync("api/jobs", $$$"""{"type":"vault","payload":{"token":["{{{Canary.Token}}}"]}}"""));
    }

    /// <summary>Keys, codes and cookies, good and bad.</summary>
    private async Task SignInAsync(Served served, List<string> shownOnce)
    {
        shownOnce.Add(served.Key);
        shownOnce.Add(await served.KeyAsync("operator"));
        shownOnce.Add((await served.PostAsync("api/login-codes")).Text("code"));
        var session = await served.PostAsync("api/session", $$"""{"key":"{{served.Key}}"}""", Served.With(""));
        shownOnce.Add(session.Headers["Set-Cookie"].Split(';')[0]["pawl_session=".Length..]);
        Assert.Equal(400, Note(await served.GetAsync($"api/jobs?token={Canary.Query}")).Status);
        Assert.Equal(401, Note(await served.PostAsync("api/jobs", "{}", Served.With(Canary.WrongKey))).Status);
        Assert.Equal(401, Note(await served.PostAsync("api/session", $$"""{"key":"{{Canary.WrongKey}}"}""", Served.With(""))).Status);
        Assert.Equal(401, Note(await served.PostAsync("api/session", $$"""{"code":"{{Canary.Cookie}}"}""", Served.With(""))).Status);
        Assert.Equal(
            401, Note(await served.GetAsync("api/jobs", Served.With(""), ("Cookie", $"pawl_session={Canary.Cookie}"))).Status);
    }

    /// <summary>Reads every route that can be read, for every object there is.</summary>
    private async Task AskAsync(Served served)
    {
        var ids = await NamesAsync(served, "api/jobs?limit=500", "id");
        foreach (var route in Routes.All.Where(route => route is { Verb: "GET", Template: not "/api/stream" }))
        {
            var path = route.Template.TrimStart('/');
            string[] names = path switch
            {
                _ when path.StartsWith("api/jobs/{id}", StringComparison.Ordinal) => ids,
                "api/bulk/{id}" => await NamesAsync(served, "api/bulk", "id"),
                "api/workers/{id}" => await NamesAsync(served, "api/workers", "id"),
                "api/queues/{name}" => await NamesAsync(served, "api/queues", "name"),
                "api/types/{type}" => await NamesAsync(served, "api/types", "type"),
                "api/failures/{fingerprint}" => await NamesAsync(served, "api/failures", "fingerprint"),
                "api/recovery/{id}" => ["1"],
                "api/jobs" => ["?include=payload,result,checkpoint,priority_reasons&limit=500"],
                "api/items" => ["?dataset=vault"],
                "api/items/history" => ["?dataset=vault&key=item"],
                "api/process/stream" => [$"?runId={ids[^1]}"],
                _ => [""],
            };
            Assert.NotEmpty(names);
            foreach (var name in names)
            {
                var asked = path.Contains("{name}", StringComparison.Ordinal) && path.Contains("artifacts", StringComparison.Ordinal)
                    ? path.Replace("{name}", "note.txt", StringComparison.Ordinal).Replace("{id}", name, StringComparison.Ordinal)
                    : path.Contains('{', StringComparison.Ordinal) ? $"{path[..path.IndexOf('{', StringComparison.Ordinal)]}{name}"
                        + path[(path.IndexOf('}', StringComparison.Ordinal) + 1)..]
                    : path + name;
                Assert.True(Note(await served.GetAsync(asked)).Status < 500, asked);
            }
        }
    }

    private static async Task<string[]> NamesAsync(Served served, string list, string name) =>
        [.. (await served.GetAsync(list)).Json["items"]!.AsArray().Select(one => (string?)one![name] ?? "")];

    /// <summary>The file and its log while the server has them open; only another program may read them then.</summary>
    private async Task LiveFilesAsync()
    {
        foreach (var file in OperatingSystem.IsWindows() ? [] : Directory.GetFiles(_folder.FullPath, "pawl.db*"))
        {
            using var copy = Process.Start(new ProcessStartInfo("cat", [file]) { RedirectStandardOutput = true })!;
            using var bytes = new MemoryStream();
            await copy.StandardOutput.BaseStream.CopyToAsync(bytes, TestContext.Current.CancellationToken);
            await copy.WaitForExitAsync(TestContext.Current.CancellationToken);
            var kept = Canary.In(Encoding.Latin1.GetString(bytes.ToArray()))
                .Except([Canary.All[Canary.Token], Canary.All[Canary.Nested], Canary.All[Canary.Number]]);
            Assert.Empty(kept.Select(place => $"{Path.GetFileName(file)}: {place}"));
        }
    }

    private static async Task ReachAsync(Served served, string id, string state)
    {
        var since = TimeProvider.System.GetTimestamp();
        for (string? now; (now = (string?)(await served.GetAsync($"api/jobs/{id}")).Json["state"]) != state;)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(since) < TimeSpan.FromSeconds(60), $"Job {id} is still {now}, not {state}.");
        }
    }

    private Reply Note(Reply reply)
    {
        _told.AppendLine(string.Join('\n', reply.Headers)).AppendLine(reply.Body);
        return reply;
    }

    private void Note(List<Heard> all) => all.ForEach(heard => _told.AppendLine(heard.Data.ToJsonString()));

    private static string NameOf(string place) =>
        place == Canary.All[Canary.Token] ? nameof(Canary.Token)
        : place == Canary.All[Canary.Nested] ? nameof(Canary.Nested)
        : place == Canary.All[Canary.Number] ? nameof(Canary.Number)
        : place;
}
