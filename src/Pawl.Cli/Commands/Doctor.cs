using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Pawl.Cli.Client;
using Pawl.Cli.Settings;
using Pawl.Cli.Stores;

namespace Pawl.Cli.Commands;

/// <summary><c>pawl doctor</c>: looks at the server, this machine, and the store if it is named.</summary>
internal static class Doctor
{
    private static readonly TimeSpan YellowClock = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan RedClock = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan UnusedKey = TimeSpan.FromDays(90);

    public static Command Build()
    {
        var store = Opt.Text("--store", "Look at the store itself too: sqlite:FILE, postgres:CONNECTION or postgres://URL", "STORE");
        var fix = Opt.Flag("--fix", "Do what is safe: file modes; never data");
        return Verb.Asking(
            "doctor",
            "Check server, machine and store; exit 1 when something is red, 8 for a refused schema or setting",
            "pawl doctor --store sqlite:pawl.db",
            RunAsync,
            store, fix);

        async Task<int> RunAsync(Session session, CancellationToken cancellationToken)
        {
            var checks = new List<Check>();
            checks.AddRange(await ServerAsync(session, cancellationToken).ConfigureAwait(false));
            checks.AddRange(Machine());
            if (session.Get(store) is { } named)
            {
                checks.AddRange(await StoreChecks.RunAsync(StoreChoice.Of(named), cancellationToken).ConfigureAwait(false));
            }

            if (Session.TargetOf(session.Parsed).TokenFile is { } file)
            {
                checks.Add(StoreChecks.Modes(file.Value, session.Get(fix)));
            }

            Write(session, checks);
            return checks.Exists(check => check.Refused) ? ExitCode.Configuration
                : checks.Exists(check => check.Level == Level.Red) ? ExitCode.Refused : ExitCode.Done;
        }
    }

    private static void Write(Session session, List<Check> checks)
    {
        if (!session.Out.ForPeople)
        {
            session.Out.Raw(Body.Object(json =>
            {
                json.WriteBoolean("ok", checks.TrueForAll(check => check.Level != Level.Red));
                json.WriteStartArray("checks");
                foreach (var check in checks)
                {
                    json.WriteStartObject();
                    json.WriteString("name", check.Name);
                    json.WriteString("level", Word(check.Level));
                    json.WriteString("finding", check.Finding);
                    json.WriteString("remedy", check.Remedy);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            }));
            return;
        }

        foreach (var check in checks)
        {
            var mark = check.Level switch { Level.Green => "ok  ", Level.Yellow => "WARN", _ => "BAD " };
            var remedy = check.Remedy is null ? "" : $"; {check.Remedy}";
            session.Terminal.Out.WriteLine(Escape.Line($"{mark}  {check.Name,-18}  {check.Finding.TrimEnd('.')}{remedy}"));
        }
    }

    private static string Word(Level level) => level switch { Level.Green => "green", Level.Yellow => "yellow", _ => "red" };

    private static async Task<IEnumerable<Check>> ServerAsync(Session session, CancellationToken cancellationToken)
    {
        var checks = new List<Check>();
        Reply config;
        try
        {
            config = await session.Api.GetAsync("api/ui-config", cancellationToken).ConfigureAwait(false);
        }
        catch (CliException error) when (error.ExitCode == ExitCode.Unavailable)
        {
            return [new("url", Level.Red, error.Message, error.Hint)];
        }
        catch (CliException error)
        {
            return [new("url", Level.Green, $"{session.Api.Url} answers", null), new("key", Level.Red, error.Message, error.Hint)];
        }

        using (config)
        {
            checks.Add(new("url", Level.Green, $"{session.Api.Url} answers", null));
            var (version, role) = (config.Json.GetProperty("version").GetString()!, config.Json.GetProperty("role").GetString()!);
            var fits = ProgramVersion.Fits(ProgramVersion.Text, version);
            checks.Add(new(
                "version", fits ? Level.Green : Level.Red, $"tool {ProgramVersion.Text}, server {version}", fits ? null
                    : "install the tool in the server's version"));
            checks.Add(new("key", Level.Green, $"role {role}", null));
            if (config.Json.TryGetProperty("server_time", out var time) && time.TryGetDateTimeOffset(out var theirs))
            {
                checks.Add(Clock((Session.Clock.GetUtcNow() - theirs).Duration()));
            }

            checks.AddRange(await WorkAsync(session, cancellationToken).ConfigureAwait(false));
            if (role == "admin")
            {
                checks.AddRange(await KeysAsync(session, cancellationToken).ConfigureAwait(false));
            }
        }

        return checks;
    }

    private static Check Clock(TimeSpan apart) => new(
        "clock",
        apart > RedClock ? Level.Red : apart > YellowClock ? Level.Yellow : Level.Green,
        $"this machine and the server are {Durations.Format(TimeSpan.FromMilliseconds(Math.Round(apart.TotalMilliseconds)))} apart",
        apart > YellowClock ? "let both keep their time by NTP" : null);

    private static async Task<IEnumerable<Check>> WorkAsync(Session session, CancellationToken cancellationToken)
    {
        var checks = new List<Check>();
        if (await TryAsync(session, "api/health", cancellationToken).ConfigureAwait(false) is { } health)
        {
            using (health)
            {
                var score = health.Json.GetProperty("score").GetDouble();
                checks.Add(new(
                    "health",
                    score < 40 ? Level.Red : score < 70 ? Level.Yellow : Level.Green,
                    string.Create(CultureInfo.InvariantCulture, $"score {score:0.##}"),
                    null));
                checks.AddRange(health.Json.GetProperty("deductions").EnumerateArray().Select(less => new Check(
                    $"health_{less.GetProperty("name").GetString()}",
                    Level.Yellow,
                    less.GetProperty("because").GetString() ?? "",
                    null)));
            }
        }

        if (await TryAsync(session, "api/queues", cancellationToken).ConfigureAwait(false) is { } queues)
        {
            using (queues)
            {
                checks.AddRange(Paused(queues.Json, "name", "queue"));
                checks.AddRange(Notes(queues.Json));
            }
        }

        if (await TryAsync(session, "api/types", cancellationToken).ConfigureAwait(false) is { } types)
        {
            using (types)
            {
                checks.AddRange(Paused(types.Json, "type", "type"));
            }
        }

        return checks;
    }

    private static List<Check> Paused(JsonElement list, string name, string what) =>
    [
        .. list.GetProperty("items").EnumerateArray()
            .Where(item => item.TryGetProperty("paused_at", out var at) && at.ValueKind == JsonValueKind.String)
            .Select(item => new Check(
                $"{what}_paused",
                Level.Yellow,
                $"{what} {item.GetProperty(name).GetString()} is paused since {item.GetProperty("paused_at").GetString()}"
                    + (item.TryGetProperty("paused_by", out var by) && by.ValueKind == JsonValueKind.String ? $" by {by.GetString()}" : ""),
                $"pawl {what}s resume {item.GetProperty(name).GetString()}")),
    ];

    private static List<Check> Notes(JsonElement list) =>
    [
        .. list.GetProperty("items").EnumerateArray()
            .Where(queue => queue.TryGetProperty("notes", out _))
            .SelectMany(queue => queue.GetProperty("notes").EnumerateArray())
            .Where(note => note.GetProperty("code").GetString() == "no_live_worker")
            .Select(note => new Check(
                "no_live_worker",
                Level.Red,
                $"no live worker knows the type {note.GetProperty("type").GetString()}",
                "start a worker that has it, or declare it in pawl.json")),
    ];

    private static async Task<IEnumerable<Check>> KeysAsync(Session session, CancellationToken cancellationToken)
    {
        if (await TryAsync(session, "api/keys", cancellationToken).ConfigureAwait(false) is not { } keys)
        {
            return [];
        }

        using (keys)
        {
            var now = Session.Clock.GetUtcNow();
            return keys.Json.GetProperty("items").EnumerateArray()
                .Select(key => (Name: key.GetProperty("name").GetString(), Used: LastUse(key)))
                .Where(key => key.Used is { } used && now - used > UnusedKey)
                .Select(key => new Check(
                    "key_unused", Level.Yellow, $"the key {key.Name} was not used for 90 days", "pawl keys delete revokes it"))
                .ToList();
        }
    }

    private static DateTimeOffset? LastUse(JsonElement key) =>
        key.GetProperty("last_used_at") is { ValueKind: JsonValueKind.String } used && used.TryGetDateTimeOffset(out var at) ? at
        : key.GetProperty("created_at").TryGetDateTimeOffset(out var made) ? made : null;

    /// <summary>Null where this key, or this server, has no such thing.</summary>
    private static async Task<Reply?> TryAsync(Session session, string path, CancellationToken cancellationToken)
    {
        try
        {
            return await session.Api.GetAsync(path, cancellationToken).ConfigureAwait(false);
        }
        catch (CliException)
        {
            return null;
        }
    }

    private static IEnumerable<Check> Machine()
    {
        var wsl = OperatingSystem.IsLinux() && File.Exists("/proc/sys/fs/binfmt_misc/WSLInterop");
        var system = $"{RuntimeInformation.OSDescription.Trim()}, {RuntimeInformation.FrameworkDescription}";
        yield return new("system", Level.Green, wsl ? $"{system}, under WSL" : system, null);
        var zones = TimeZoneInfo.TryFindSystemTimeZoneById("Europe/Athens", out _);
        yield return new(
            "time_zones", zones ? Level.Green : Level.Red, zones ? "time-zone data is there" : "there is no time-zone data", zones ? null
                : "install tzdata");
        if (OpenFiles() is { } most)
        {
            yield return new(
                "open_files",
                most < 4_096 ? Level.Yellow : Level.Green,
                string.Create(CultureInfo.InvariantCulture, $"a process may have {most} files and connections open"),
                most < 4_096 ? "raise the limit of the server (ulimit -n, LimitNOFILE=)" : null);
        }
    }

    private static long? OpenFiles()
    {
        const string Limits = "/proc/self/limits";
        var line = File.Exists(Limits)
            ? File.ReadLines(Limits).FirstOrDefault(text => text.StartsWith("Max open files", StringComparison.Ordinal)) : null;
        return line?["Max open files".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var hard, ..]
            && long.TryParse(hard, NumberStyles.None, CultureInfo.InvariantCulture, out var most) ? most : null;
    }
}
