using System.Globalization;
using System.Text.Json;
using Pawl.Cli.Client;

namespace Pawl.Cli.Commands;

/// <summary>The checks of the doctor that the server answers: how the work goes, and its keys.</summary>
internal static class WorkChecks
{
    private static readonly TimeSpan UnusedKey = TimeSpan.FromDays(90);

    /// <summary>How the work goes.</summary>
    public static async Task RunAsync(Session session, List<Check> checks, CancellationToken cancellationToken)
    {
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
                checks.AddRange(Circuits(health.Json));
            }
        }

        checks.Add(await StuckAsync(session, cancellationToken).ConfigureAwait(false));

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
    }

    /// <summary>The server's keys.</summary>
    public static async Task KeysAsync(Session session, List<Check> checks, CancellationToken cancellationToken)
    {
        if (await TryAsync(session, "api/keys", cancellationToken).ConfigureAwait(false) is not { } keys)
        {
            return;
        }

        using (keys)
        {
            var now = Session.Clock.GetUtcNow();
            var all = keys.Json.GetProperty("items").EnumerateArray().ToList();
            var endless = all.Where(key => key.GetProperty("expires_at").ValueKind == JsonValueKind.Null).Select(Name).ToList();
            checks.Add(endless.Count == 0
                ? new("key_expiry", Level.Green, "every key expires", null)
                : new("key_expiry", Level.Yellow, $"without an end: {string.Join(", ", endless)}",
                    "pawl keys create --expires 90d makes one with an end, pawl keys delete revokes one"));
            checks.AddRange(all
                .Where(key => LastUse(key) is { } used && now - used > UnusedKey)
                .Select(key => new Check(
                    "key_unused", Level.Yellow, $"the key {Name(key)} was not used for 90 days", "pawl keys delete revokes it")));
        }

        static string? Name(JsonElement key) => key.GetProperty("name").GetString();
    }

    private static async Task<Check> StuckAsync(Session session, CancellationToken cancellationToken)
    {
        const string Name = "stuck";
        if (await TryAsync(session, "api/jobs?query=is:stuck&limit=5", cancellationToken).ConfigureAwait(false) is not { } stuck)
        {
            return new(Name, Level.Yellow, "the server did not say which jobs are stuck", null);
        }

        using (stuck)
        {
            var jobs = stuck.Json.GetProperty("items").EnumerateArray().Select(job => job.GetProperty("id").GetString()).ToList();
            return jobs.Count == 0
                ? new(Name, Level.Green, "no job runs past its stuck_after", null)
                : new(Name, Level.Yellow, $"run past their stuck_after without progress: {string.Join(", ", jobs)}",
                    "pawl list is:stuck shows them all, pawl recover stuck takes them back");
        }
    }

    private static List<Check> Circuits(JsonElement health) =>
    [
        .. health.TryGetProperty("circuits", out var circuits)
            ? circuits.EnumerateArray()
                .Where(circuit => circuit.GetProperty("state").GetString() != "closed")
                .Select(circuit => new Check(
                    "circuit",
                    Level.Yellow,
                    $"circuit {circuit.GetProperty("name").GetString()} is {circuit.GetProperty("state").GetString()}",
                    "see to what it stands for; it closes by itself"))
            : [],
    ];

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
}
