using Pawl.Queries;
using Pawl.Storage;

namespace Pawl.Client;

/// <summary>What counts, and what says why.</summary>
internal sealed partial class Jobs
{
    private static readonly Query Cancelling = Query.Parse("is:cancelling");

    public async Task<JobCounts> CountsAsync(
        string? query = null, Scope? scope = null, CancellationToken cancellationToken = default)
    {
        var where = Query.Parse(query);
        var asked = new JobQuery { Where = where, Scope = scope ?? Scope.All, Now = clock.GetUtcNow(), Facts = QueryFacts.Of(types) };
        var selection = new JobSelection(asked);
        if (!selection.IsCounted)
        {
            var tally = await store.CountAsync(asked, cancellationToken);
            return Of(tally.States, tally.Cancelling, tally.Dead, tally.Partial, asked.Now);
        }

        var (states, dead) = (new long[7], 0L);
        foreach (var line in await store.LinesAsync(cancellationToken))
        {
            if (selection.AdmitsLine(line.Queue, line.Type))
            {
                foreach (var state in Enum.GetValues<JobState>().Where(selection.Has))
                {
                    states[(int)state] += line.Counts[state];
                }

                dead += selection.Has(JobState.Failed) ? line.Dead : 0;
            }
        }

        // Few jobs run, so these are counted by looking at them.
        var running = states[(int)JobState.Running] == 0 ? null
            : await store.CountAsync(asked with { Where = where.And(Cancelling) }, cancellationToken);
        return Of(states, running?.Cancelling ?? 0, dead, estimated: false, asked.Now);
    }

    public async Task<JobWhy> WhyAsync(JobId id, CancellationToken cancellationToken = default)
    {
        var facts = await store.WhyAsync(id, cancellationToken) ?? throw NotFound(id);
        var workers = facts.Job.State == JobState.Queued ? await store.WorkersAsync(cancellationToken) : [];
        return Reasons.Of(facts, workers, types.All.Select(static type => type.Name).ToHashSet(StringComparer.Ordinal), clock.GetUtcNow());
    }

    private static JobCounts Of(IReadOnlyList<long> states, long cancelling, long dead, bool estimated, DateTimeOffset now) => new()
    {
        Counts = Enum.GetValues<JobState>().ToDictionary(static state => state, state => states[(int)state]),
        Cancelling = cancelling,
        Dead = dead,
        Estimated = estimated,
        AsOf = now,
    };
}
