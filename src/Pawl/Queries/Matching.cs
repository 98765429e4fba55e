using System.Globalization;

namespace Pawl.Queries;

/// <summary>Whether a term holds for a job.</summary>
internal static class Matching
{
    public static bool Holds(Term term, JobView job, long now, QueryFacts facts)
    {
        foreach (var value in term.Values)
        {
            if (Holds(term, value, job, now, facts))
            {
                return !term.Not;
            }
        }

        return term.Not;
    }

    /// <summary>Whether what a line alone tells, its queue and type, leaves a term open or true.</summary>
    public static bool MayHold(Term term, string queue, string type)
    {
        if (term.Field is not (Field.Queue or Field.Type))
        {
            return true;
        }

        var name = term.Field == Field.Queue ? queue : type;
        return term.Values.Any(value => value.Fits(name)) != term.Not;
    }

    private static bool Holds(Term term, Value value, JobView job, long now, QueryFacts facts) => term.Field switch
    {
        Field.Word => value.IsPartOf(job.Type) || value.IsPartOf(job.UniqueKey) || value.IsPartOf(job.Error?.Message),
        Field.State => value.HasAt((int)job.State),
        Field.Is => IsAny(value, job, now, facts),
        Field.Type => value.Fits(job.Type),
        Field.Queue => value.Fits(job.Queue),
        Field.Id => Fits(value, job.Id),
        Field.Batch or Field.Workflow or Field.Schedule => false,   // no job has one
        Field.Parent => Fits(value, job.ParentId),
        Field.Worker => Fits(value, job.WorkerId),
        Field.Unique => value.Fits(job.UniqueKey),
        Field.By => value.Fits(job.RequestedBy),
        Field.Tag => IsTagged(term, value, job.Tags),
        Field.Stuck => StandsStill(job, now) is { } still && still >= value.Least,
        Field.Retryable => job.Error is { } error && value.HasAt(PermanentErrors.Contains(error.Category) ? 0 : 1),
        Field.Wait => job.State == JobState.Scheduled && Words.TryParse<WaitReason>(job.Reason, out var wait) && value.HasAt((int)wait),
        Field.Block => job.State == JobState.Blocked && Words.TryParse<BlockReason>(job.Reason, out var block) && value.HasAt((int)block),
        Field.End => job.State == JobState.Cancelled && Words.TryParse<EndReason>(job.Reason, out var end) && value.HasAt((int)end),
        Field.Trigger => value.HasAt((int)job.Trigger),
        Field.Category => job.Error is { } error && value.HasAt((int)error.Category),
        Field.Code => value.Fits(job.Error?.Code),
        Field.Fingerprint => value.Fits(job.Error?.Fingerprint),
        Field.Priority => value.Holds(job.Priority),
        Field.Attempt => value.Holds(job.Attempt),
        Field.Older or Field.Newer or Field.Created => value.Holds(job.CreatedAt, now),
        Field.Started => value.Holds(job.StartedAt, now),
        Field.Ended => value.Holds(job.EndedAt, now),
        Field.RunAt => value.Holds(job.RunAt, now),
        Field.Args => PayloadSearch.Finds(Open(job, facts).Span, term.Path, value),
        _ => false,
    };

    // What is not shown is not found, or one could ask for it letter by letter.
    private static ReadOnlyMemory<byte> Open(JobView job, QueryFacts facts) =>
        facts.Secrets.TryGetValue(job.Type, out var secrets) ? secrets.Redact(job.Payload) : job.Payload;

    private static bool Fits(Value value, long? number) => number is { } known && value.Fits(known.ToString(CultureInfo.InvariantCulture));

    private static bool IsTagged(Term term, Value value, IReadOnlyDictionary<string, string>? tags)
    {
        if (tags is null || tags.Count == 0)
        {
            return false;
        }

        return term.Path is [var name]
            ? tags.TryGetValue(name, out var its) && value.Fits(its)
            : value.Prefix ? tags.Keys.Any(value.Fits) : tags.ContainsKey(value.Text);
    }

    private static bool IsAny(Value value, JobView job, long now, QueryFacts facts) =>
        (value.Has(Trait.Cancelling) && job is { State: JobState.Running, CancelRequested: true })
        || (value.Has(Trait.Dead) && job is { State: JobState.Failed, Dismissed: false })
        || (value.Has(Trait.Dismissed) && job is { State: JobState.Failed, Dismissed: true })
        || (value.Has(Trait.Stuck) && StandsStill(job, now) is { } still && still >= facts.StuckMicros(job.Type))
        || (value.Has(Trait.Degraded) && job.Degraded is not null)
        || (value.Has(Trait.Rerun) && job.RerunOf is not null);

    /// <summary>How long a running job has made no progress; null for others.</summary>
    private static long? StandsStill(JobView job, long now) =>
        job.State == JobState.Running && Instants.Latest(job.StartedAt, job.HeardAt) is { } since ? now - since : null;
}
