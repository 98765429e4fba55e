using System.Text.Json;
using Pawl.Cli.Client;
using Pawl.Cli.Output;

namespace Pawl.Cli.Commands;

/// <summary>What <c>pawl top</c> knows, and what it shows of it: fed by the events of the stream, drawn as plain lines.</summary>
internal sealed class TopModel(string place, Times times)
{
    private const int MostJobs = 500;
    private const int MostQueues = 8;
    private const string Keys = "up/down choose   c cancel   r retry   / query   q quit";

    private static readonly Column[] Queues =
    [
        new("QUEUE", "name") { Elastic = true },
        new("QUEUED", "depth.queued") { Holds = Holds.Number },
        new("RUNNING", "running") { Holds = Holds.Number },
        new("SCHEDULED", "depth.scheduled") { Holds = Holds.Number },
        new("IN/S", "in_per_s") { Holds = Holds.Number },
        new("OUT/S", "out_per_s") { Holds = Holds.Number },
        new("OLDEST", "oldest_runnable_ms") { Holds = Holds.Milliseconds },
        new("PAUSED", "paused_at") { Holds = Holds.Time },
    ];

    private static readonly Column[] Jobs =
    [
        new("ID", "id"),
        new("TYPE", "type") { Elastic = true },
        new("QUEUE", "queue") { Elastic = true },
        new("STATE", "state"),
        new("TRY", "attempt") { Holds = Holds.Number },
        new("DONE", "progress.fraction") { Holds = Holds.Share },
        new("STARTED", "started_at") { Holds = Holds.Time },
        new("SAYS", "progress.message") { Elastic = true },
    ];

    private readonly SortedDictionary<string, JsonElement> _queues = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonElement> _jobs = new(StringComparer.Ordinal);
    private JsonElement? _stats;
    private string? _chosen;

    /// <summary>Which jobs are shown.</summary>
    public string Query { get; set; } = "state:running";

    /// <summary>What is being typed behind <c>/</c>; null when nothing is.</summary>
    public string? Typed { get; set; }

    /// <summary>What came of the last thing that was asked.</summary>
    public string? Word { get; set; }

    /// <summary>The job that the keys are about.</summary>
    public string? Chosen => _chosen is not null && _jobs.ContainsKey(_chosen) ? _chosen : Shown().FirstOrDefault().Id;

    /// <summary>Takes up what happened.</summary>
    public void Take(StreamEvent happened)
    {
        if (happened.Name is not ("stats" or "queue" or "jobs"))
        {
            return;
        }

        using var read = JsonDocument.Parse(happened.Data);
        var data = read.RootElement.Clone();
        if (happened.Name == "stats")
        {
            _stats = data;
        }
        else if (happened.Name == "queue")
        {
            if (data.TryGetProperty("removed", out var gone))
            {
                _queues.Remove(gone.GetString()!);
            }
            else
            {
                _queues[data.GetProperty("name").GetString()!] = data;
            }
        }
        else
        {
            foreach (var job in data.GetProperty("upserts").EnumerateArray())
            {
                _jobs[job.GetProperty("id").GetString()!] = job;
            }

            foreach (var id in data.GetProperty("removed").EnumerateArray())
            {
                _jobs.Remove(id.GetString()!);
            }

            foreach (var (id, _) in Shown().Skip(MostJobs).ToList())
            {
                _jobs.Remove(id);
            }
        }
    }

    /// <summary>Begins afresh with what a list says.</summary>
    public void Fill(IEnumerable<JsonElement> jobs, IEnumerable<JsonElement> queues)
    {
        _jobs.Clear();
        foreach (var job in jobs)
        {
            _jobs[job.GetProperty("id").GetString()!] = job.Clone();
        }

        _queues.Clear();
        foreach (var queue in queues)
        {
            _queues[queue.GetProperty("name").GetString()!] = queue.Clone();
        }
    }

    /// <summary>Goes up or down among the jobs.</summary>
    public void Move(int by)
    {
        var ids = Shown().Select(job => job.Id).ToList();
        if (ids.Count > 0)
        {
            _chosen = ids[Math.Clamp(ids.IndexOf(Chosen!) + by, 0, ids.Count - 1)];
        }
    }

    /// <summary>The screen, top to bottom: at most so many lines of at most so many places. The chosen one stands between marks.</summary>
    /// <param name="width">Places of a line.</param>
    /// <param name="height">Lines.</param>
    /// <param name="chosen">What is written before and behind the chosen job.</param>
    public List<string> Draw(int width, int height, (string Before, string Behind) chosen)
    {
        var lines = new List<string> { $"pawl top   {place}", Rates(), Counts(), "" };
        var queues = Table.Lines(Queues, _queues.Values.Take(MostQueues), width, times);
        lines.AddRange(queues);
        if (_queues.Count > MostQueues)
        {
            lines.Add($"and {_queues.Count - MostQueues} more");
        }

        var jobs = Shown();
        lines.Add("");
        lines.Add(Escape.Line($"JOBS {Query} ({jobs.Count})"));
        var room = Math.Max(0, height - lines.Count - 2);
        var first = Math.Max(0, jobs.FindIndex(job => job.Id == Chosen) - room + 1);
        var page = jobs.Skip(first).Take(room).ToList();
        var rows = Table.Lines(Jobs, page.Select(job => job.Job), width, times);
        lines = lines.ConvertAll(line => Table.Cut(line, width));
        lines.Add(rows[0]);
        lines.AddRange(rows.Skip(1).Zip(page, (row, job) => job.Id == Chosen ? $"{chosen.Before}{row}{chosen.Behind}" : row));
        var foot = Typed is not null ? $"query: {Typed}_" : Word is null ? Keys : $"{Word}   |   {Keys}";
        while (lines.Count < height - 1)
        {
            lines.Add("");
        }

        return [.. lines.Take(height - 1), Table.Cut(Escape.Line(foot), width)];
    }

    private List<(string Id, JsonElement Job)> Shown() =>
    [
        .. _jobs.Select(job => (job.Key, job.Value)).OrderByDescending(job => long.TryParse(job.Key, out var number) ? number : 0),
    ];

    private string Rates()
    {
        if (_stats is not { } stats)
        {
            return "";
        }

        var rates = stats.GetProperty("rates");
        var workers = stats.GetProperty("workers");
        return $"created {Raw(rates, "created_per_s")}/s   succeeded {Raw(rates, "succeeded_per_s")}/s   failed "
            + $"{Raw(rates, "failed_per_s")}/s   slots {Raw(workers, "slots_used")} of {Raw(workers, "slots")}   workers "
            + Raw(workers, "ready");
    }

    private string Counts() => _stats is { } stats
        ? string.Join("  ", stats.GetProperty("counts").EnumerateObject().Select(count => $"{count.Name} {count.Value.GetRawText()}"))
        : "";

    private static string Raw(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) ? Escape.Line(value.GetRawText()) : "?";
}
