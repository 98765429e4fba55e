using System.Globalization;
using System.Text.Json;
using Pawl.Checker.Model;

namespace Pawl.Checker;

/// <summary>Reads the folder of a run: five files of JSON Lines, each ended by a line that says how many came before it.</summary>
internal static class Folder
{
    public static readonly string[] Files = ["calls.jsonl", "events.jsonl", "rows.jsonl", "effects.jsonl", "nemesis.jsonl"];

    public static readonly JsonSerializerOptions Form = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Skip,
    };

    public static (History History, IReadOnlyList<string> Missing) Read(string path) => Read(
        name => File.Exists(Path.Combine(path, name)) ? File.ReadLines(Path.Combine(path, name)) : null);

    /// <param name="open">Gives the lines of a file; null when it is not there.</param>
    public static (History History, IReadOnlyList<string> Missing) Read(Func<string, IEnumerable<string>?> open)
    {
        var (history, missing) = (new History(), new List<string>());
        foreach (var file in Files)
        {
            if (open(file) is not { } lines)
            {
                missing.Add($"{file} is missing");
                continue;
            }

            if (Lines(file, lines, line => Take(history, file, line)) is { } wrong)
            {
                missing.Add(wrong);
            }
        }

        return (history, missing);
    }

    private static string? Lines(string file, IEnumerable<string> lines, Action<JsonElement> take)
    {
        var (read, ended) = (0, false);
        foreach (var line in lines)
        {
            if (line.Length == 0)
            {
                continue;
            }

            try
            {
                using var json = JsonDocument.Parse(line);
                if (ended)
                {
                    return $"{file} goes on after its end";
                }

                if (json.RootElement.TryGetProperty("end", out var count))
                {
                    if (count.GetInt32() != read)
                    {
                        return string.Create(CultureInfo.InvariantCulture, $"{file} holds {read} lines; its end speaks of {count}");
                    }

                    ended = true;
                    continue;
                }

                read++;
                take(json.RootElement);
            }
            catch (Exception error) when (error is JsonException or FormatException or InvalidOperationException)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{file} cannot be read at line {read}: {error.Message}");
            }
        }

        return ended ? null : $"{file} is cut: the line that ends it is missing";
    }

    private static void Take(History history, string file, JsonElement line)
    {
        switch (file)
        {
            case "calls.jsonl":
                history.Calls.Add(As<Call>(line));
                break;
            case "events.jsonl":
                history.Events.Add(As<Event>(line));
                break;
            case "effects.jsonl":
                history.Effects.Add(As<Effect>(line));
                break;
            case "rows.jsonl":
                TakeRow(history, line);
                break;
            default:
                TakeNemesis(history, line);
                break;
        }
    }

    private static void TakeRow(History history, JsonElement line)
    {
        switch (line.GetProperty("row").GetString())
        {
            case "job":
                history.Jobs.Add(As<Job>(line));
                break;
            case "attempt":
                history.Attempts.Add(As<Attempt>(line));
                break;
            case "checkpoint":
                history.Checkpoints[line.GetProperty("job").GetInt64()] = line.GetProperty("version").GetInt32();
                break;
            case "audit":
                history.Audits.Add(As<Audit>(line));
                break;
            case "events":
                history.LastSeq = line.GetProperty("last").GetInt64();
                break;
            case "count":
                history.Counts.Add(As<Count>(line));
                break;
            case "integrity":
                history.Integrity = line.GetProperty("says").GetString()!;
                break;
            case var other:
                throw new FormatException($"'{other}' is no row.");
        }
    }

    private static void TakeNemesis(History history, JsonElement line)
    {
        switch (line.GetProperty("what").GetString())
        {
            case "settings":
                history.Settings = As<Settings>(line);
                break;
            case "fault":
                history.Faults.Add(As<Fault>(line));
                break;
            case "process":
                history.Processes.Add(As<Life>(line));
                break;
            case "calendar":
                history.Calendars.Add(As<Model.Calendar>(line));
                break;
            case "sample":
                history.Samples.Add(As<Sample>(line));
                break;
            case "startup":
                history.Startups.Add(As<Startup>(line));
                break;
            case var other:
                throw new FormatException($"'{other}' is no line of the nemesis.");
        }
    }

    private static T As<T>(JsonElement line) => line.Deserialize<T>(Form) ?? throw new FormatException("A line is null.");
}
