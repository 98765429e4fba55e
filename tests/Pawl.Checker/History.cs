using Pawl.Checker.Model;

namespace Pawl.Checker;

/// <summary>All that is known of one run, when it has been drained.</summary>
internal sealed class History
{
    public List<Call> Calls { get; } = [];

    public List<Event> Events { get; } = [];

    public List<Job> Jobs { get; } = [];

    public List<Attempt> Attempts { get; } = [];

    /// <summary>The version of the checkpoint of each job that has one.</summary>
    public Dictionary<long, int> Checkpoints { get; } = [];

    public List<Audit> Audits { get; } = [];

    public List<Count> Counts { get; } = [];

    public List<Effect> Effects { get; } = [];

    public List<Fault> Faults { get; } = [];

    public List<Life> Processes { get; } = [];

    public List<Calendar> Calendars { get; } = [];

    public List<Sample> Samples { get; } = [];

    public List<Startup> Startups { get; } = [];

    public Settings Settings { get; set; } = new();

    /// <summary>The number of the last event, as its store tells it; null where the store tells none.</summary>
    public long? LastSeq { get; set; }

    /// <summary>What the store's own check of its files says.</summary>
    public string Integrity { get; set; } = "ok";
}
