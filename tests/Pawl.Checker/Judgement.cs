using System.Text.Json;

namespace Pawl.Checker;

/// <summary>The numbers of a run, what shows them, and the verdict.</summary>
internal sealed class Judgement
{
    private const int Shown = 20;

    private static readonly string[] Names =
    [
        "attempted", "acked", "ok", "lost", "unexpected", "duplicated_explained", "duplicated_unexplained", "recovered", "refused_writes",
        "accepted_stale", "illegal_moves", "overlap", "unended_starts", "max_recovery_ms", "retry_min_gap_ms", "retry_budget_breaches",
        "checkpoint_regressions", "schedule_missing", "schedule_double", "starts_after_cancel", "acks_while_faulted", "stream_gaps",
        "unaudited",
    ];

    // Everything else is told, and breaks nothing by itself.
    private static readonly HashSet<string> Breaking =
    [
        "lost", "unexpected", "duplicated_unexplained", "accepted_stale", "illegal_moves", "overlap", "unended_starts",
        "retry_budget_breaches", "checkpoint_regressions", "schedule_missing", "schedule_double", "starts_after_cancel",
        "acks_while_faulted", "stream_gaps", "unaudited",
    ];

    private readonly Dictionary<string, long> _numbers = Names.ToDictionary(name => name, _ => 0L);
    private readonly Dictionary<string, int> _shown = [];
    private readonly List<Finding> _findings = [];
    private readonly List<Bound> _bounds = [];
    private readonly List<string> _lacking = [];

    public IReadOnlyList<Finding> Findings => _findings;

    public IReadOnlyList<Bound> Bounds => _bounds;

    public IReadOnlyList<string> Lacking => _lacking;

    /// <summary>Of the breaches that have no excuse: the number and the kind of each, and the bounds that did not hold.</summary>
    public IReadOnlyList<string> Broken =>
    [
        .. _findings.Where(finding => !finding.Explained && Breaking.Contains(finding.Number)).Select(finding
            => $"{finding.Number}: {finding.Breach}")
            .Concat(_bounds.Where(bound => !bound.Held).Select(bound => $"bound: {bound.Name}")).Distinct(),
    ];

    public string Verdict => _lacking.Count > 0 ? "unknown" : Broken.Count > 0 ? "invalid" : "valid";

    public int ExitCode => Verdict switch { "valid" => 0, "invalid" => 1, _ => 2 };

    public long this[string name] => _numbers[name];

    /// <summary>Sets a number that is not a count of findings.</summary>
    public void Tell(string name, long value) => _numbers[name] = value;

    /// <summary>Counts one more, with what shows it.</summary>
    /// <param name="number">Which number of the output.</param>
    /// <param name="breach">Which kind, a stable word.</param>
    /// <param name="id">Of the job, or of what it is about.</param>
    /// <param name="shows">The events, rows and lines that show it, in words.</param>
    /// <param name="explained">Whether it is accounted for, and so breaks nothing.</param>
    public void Find(string number, string breach, object id, string shows, bool explained = false)
    {
        _numbers[number]++;
        var kind = $"{number} {breach} {explained}";
        _shown[kind] = _shown.GetValueOrDefault(kind) + 1;
        if (_shown[kind] <= Shown)
        {
            _findings.Add(new(number, breach, $"{id}", shows, explained));
        }
    }

    /// <summary>Holds a value of the run against its limit.</summary>
    public void Limit(string name, double value, double limit, string shows = "") => _bounds.Add(new(name, value, limit, shows));

    /// <summary>Something without which nothing can be said.</summary>
    public void Lack(string what) => _lacking.Add(what);

    public string ToJson()
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new() { Indented = true }))
        {
            json.WriteStartObject();
            foreach (var name in Names)
            {
                json.WriteNumber(name, _numbers[name]);
            }

            json.WriteStartArray("bounds");
            foreach (var bound in _bounds)
            {
                bound.Write(json);
            }

            json.WriteEndArray();
            json.WriteStartArray("evidence");
            foreach (var finding in _findings)
            {
                finding.Write(json);
            }

            json.WriteEndArray();
            Texts(json, "lacking", _lacking);
            Texts(json, "broken", Broken);
            json.WriteString("verdict", Verdict);
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(bytes.ToArray());
    }

    private static void Texts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }
}
