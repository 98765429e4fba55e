using System.Globalization;
using Pawl.Queries;

namespace Pawl.Storage;

/// <summary>What follows from the conditions of a list before any job is looked at: where to look, and what to look for.</summary>
internal sealed class JobSelection
{
    private const long EveryState = (1L << 7) - 1;
    private const long Ended = (1L << (int)JobState.Succeeded) | (1L << (int)JobState.Failed) | (1L << (int)JobState.Cancelled);

    private readonly JobQuery _query;
    private readonly long _now;

    public JobSelection(JobQuery query)
    {
        _query = query;
        _now = Instants.Of(query.Now);
        Needs = query.Where.Needs | (query.Trigger is null && query.Tags.Count == 0 ? Needs.None : Needs.Body);
        States = query.States.Count == 0 ? EveryState : query.States.Aggregate(0L, static (all, state) => all | (1L << (int)state));
        States &= query.Dismissed is null ? EveryState : 1L << (int)JobState.Failed;
        Parents = query.Parent is { } parent ? [parent.Value] : null;
        foreach (var term in query.Where.Terms)
        {
            States &= Allowed(term);
            if (!term.Not && term.Values.All(static value => !value.Prefix))
            {
                Ids = term.Field == Field.Id ? Ids ?? Numbers(term) : Ids;
                Parents = term.Field == Field.Parent ? Parents ?? Numbers(term) : Parents;
                UniqueKeys = term.Field == Field.Unique
                    ? UniqueKeys ?? [.. term.Values.Select(static value => value.Text).Distinct()]
                    : UniqueKeys;
            }
        }
    }

    /// <summary>The states in which a job may fit, a bit each.</summary>
    public long States { get; }

    /// <summary>Only these jobs may fit; null for any.</summary>
    public IReadOnlyList<long>? Ids { get; }

    /// <summary>Only children of these may fit; null for any.</summary>
    public IReadOnlyList<long>? Parents { get; }

    /// <summary>Only jobs with one of these keys may fit; null for any.</summary>
    public IReadOnlyList<string>? UniqueKeys { get; }

    /// <summary>What must be read of a job besides its columns.</summary>
    public Needs Needs { get; }

    /// <summary>Whether the kept counts of states and lines answer how many there are.</summary>
    public bool IsCounted =>
        _query is { Trigger: null, Tags.Count: 0, Parent: null, Dismissed: null }
        && _query.Where.Terms.All(static term => term.Field is Field.State or Field.Type or Field.Queue);

    /// <summary>Whether not all lines are asked for.</summary>
    public bool IsOfLines =>
        _query.Queue is not null || _query.Type is not null || !_query.Scope.IsAll
        || _query.Where.Terms.Any(static term => term.Field is Field.Type or Field.Queue);

    public bool Has(JobState state) => (States >> (int)state & 1) != 0;

    public bool AdmitsLine(string queue, string type) =>
        (_query.Queue is null || queue == _query.Queue)
        && (_query.Type is null || type == _query.Type)
        && _query.Scope.Sees(queue, type)
        && _query.Where.Terms.All(term => Matching.MayHold(term, queue, type));

    /// <summary>Whether a job whose line is admitted may fit, by its columns alone.</summary>
    public bool FitsQuick(JobView job) =>
        Has(job.State)
        && (_query.Dismissed is not { } dismissed || job.Dismissed == dismissed)
        && _query.Where.MatchesQuick(job, _now);

    /// <summary>Whether it fits, when all that was asked for is read.</summary>
    public bool FitsSlow(JobView job) =>
        (_query.Trigger is not { } trigger || job.Trigger == trigger)
        && (_query.Tags.Count == 0 || _query.Tags.All(tag => job.Tags?.GetValueOrDefault(tag.Key) == tag.Value))
        && _query.Where.MatchesSlow(job, _now, _query.Facts);

    private static long Allowed(Term term)
    {
        var words = term.Values.Aggregate(0L, static (all, value) => all | value.Words);
        return term switch
        {
            { Field: Field.State, Not: true } => ~words,
            { Not: true } => EveryState,
            { Field: Field.State } => words,
            { Field: Field.Is } => term.Values.Aggregate(0L, static (all, value) => all | Of(value)),
            { Field: Field.Wait } => 1L << (int)JobState.Scheduled,
            { Field: Field.Block } => 1L << (int)JobState.Blocked,
            { Field: Field.End } => 1L << (int)JobState.Cancelled,
            { Field: Field.Stuck or Field.Worker } => 1L << (int)JobState.Running,
            { Field: Field.Ended } => Ended,
            { Field: Field.Batch or Field.Workflow or Field.Schedule } => 0,
            _ => EveryState,
        };
    }

    private static long Of(Value value) =>
        (value.Has(Trait.Rerun) ? EveryState : 0)
        | (value.Has(Trait.Cancelling) || value.Has(Trait.Stuck) ? 1L << (int)JobState.Running : 0)
        | (value.Has(Trait.Dead) || value.Has(Trait.Dismissed) ? 1L << (int)JobState.Failed : 0)
        | (value.Has(Trait.Degraded) ? 1L << (int)JobState.Succeeded : 0);

    private static List<long> Numbers(Term term) =>
        [.. term.Values
            .Where(static value => value.Text is not ['0' or '+' or '-', ..])
            .Select(static value => long.TryParse(value.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0)
            .Where(static number => number > 0)
            .Distinct()];
}
