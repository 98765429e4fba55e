using Pawl.Web.Routing;
using Pawl.Web.Wire;

namespace Pawl.Web.Live;

/// <summary>What a reader listens to.</summary>
internal sealed class Topics
{
    private const string OfJob = "job:";
    private const string OfLog = "log:";

    /// <summary>Whether he hears of every job.</summary>
    public bool Jobs { get; private set; }

    /// <summary>Whether he hears the lines that are meant for people.</summary>
    public bool Notices { get; private set; }

    /// <summary>The jobs he follows.</summary>
    public HashSet<JobId> Job { get; } = [];

    /// <summary>The logs he follows, in the order he named them.</summary>
    public List<JobId> Log { get; } = [];

    /// <summary>What else he follows, that is on no record.</summary>
    public List<Source> Sources { get; } = [];

    /// <summary>One job with its log.</summary>
    public static Topics Of(JobId id)
    {
        var topics = new Topics();
        topics.Job.Add(id);
        topics.Log.Add(id);
        return topics;
    }

    /// <summary>Reads the topics of a request.</summary>
    /// <exception cref="ProblemException"><c>topic_invalid</c>, <c>too_many</c>, <c>not_found</c>.</exception>
    public static Topics Read(Call call, IReadOnlyList<Source> sources)
    {
        var words = (call.Query("topics") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Distinct(StringComparer.Ordinal).ToList();
        if (words.Count == 0)
        {
            throw Fields.Fault("?topics", "topic_invalid", $"Say what to listen to: ?topics=…, with commas between. {Known(sources)}");
        }

        if (words.Count > call.Site.Options.MaxTopics)
        {
            throw Fields.Fault(
                "?topics",
                "too_many",
                $"A stream has at most {call.Site.Options.MaxTopics} topics, but {words.Count} were given. Open another stream.",
                ("max", call.Site.Options.MaxTopics));
        }

        var topics = new Topics();
        foreach (var word in words)
        {
            topics.Add(word, sources);
        }

        return topics;
    }

    private void Add(string word, IReadOnlyList<Source> sources)
    {
        if (word == "jobs")
        {
            Jobs = true;
        }
        else if (word == "notices")
        {
            Notices = true;
        }
        else if (word.StartsWith(OfJob, StringComparison.Ordinal))
        {
            Job.Add(Id(word[OfJob.Length..]));
        }
        else if (word.StartsWith(OfLog, StringComparison.Ordinal))
        {
            if (Id(word[OfLog.Length..]) is var id && !Log.Contains(id))
            {
                Log.Add(id);
            }
        }
        else if (sources.FirstOrDefault(source => source.Topic == word) is { } source)
        {
            Sources.Add(source);
        }
        else
        {
            throw Fields.Fault("?topics", "topic_invalid", $"There is no topic {Shown.Text(word)}. {Known(sources)}");
        }
    }

    private static JobId Id(string text) => JobId.TryParse(text, out var id) ? id : throw Call.NotFound();

    private static string Known(IReadOnlyList<Source> sources) =>
        $"There are {string.Join(", ", sources.Select(source => source.Topic))}, jobs, notices, job:ID and log:ID.";
}
