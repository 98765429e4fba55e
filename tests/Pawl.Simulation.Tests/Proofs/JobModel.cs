namespace Pawl.Simulation.Tests.Proofs;

/// <summary>A job as it must stand, by its events and what was promised, without a line of SQL.</summary>
internal sealed class JobModel(JobId id)
{
    /// <summary>How each attempt ended, by its number.</summary>
    private readonly SortedDictionary<int, EventRecord?> _attempts = [];

    public JobId Id => id;

    /// <summary>Null before it was created.</summary>
    public JobState? State { get; private set; }

    public int Generation { get; private set; } = 1;

    public int Attempt { get; private set; }

    public int Failures { get; private set; }

    public int Losses { get; private set; }

    /// <summary>How often its generation has ended; more than once is an error.</summary>
    public int Ends { get; private set; }

    public bool CancelAsked { get; private set; }

    /// <summary>The lease it runs under.</summary>
    public LeaseToken? Token { get; set; }

    /// <summary>The worker that runs it.</summary>
    public long Worker { get; set; }

    public int MaxAttempts { get; set; } = int.MaxValue;

    public int CheckpointVersion { get; set; }

    public string? Checkpoint { get; set; }

    /// <summary>When it may run again after a failure; null when a person has meddled since.</summary>
    public DateTimeOffset? RetryAt { get; set; }

    /// <summary>When the handler of an attempt ended.</summary>
    public (int Attempt, DateTimeOffset At) Left { get; set; }

    public bool IsOpen => State is not (JobState.Succeeded or JobState.Failed or JobState.Cancelled);

    /// <summary>The tokens of its attempts, so that a repeated end is known.</summary>
    public Dictionary<int, LeaseToken> Tokens { get; } = [];

    /// <summary>How an attempt ended; null while it runs or when there was none.</summary>
    public EventRecord? EndOf(int attempt) => _attempts.GetValueOrDefault(attempt);

    /// <summary>Starts without an end.</summary>
    public int Unended => _attempts.Values.Count(end => end is null);

    /// <summary>Takes in what happened; what was wrong with it, or null.</summary>
    public string? Step(EventRecord happened, int lossCap)
    {
        if (happened is { From: null, To: null })
        {
            var stops = happened.Kind == EventKind.CancelRequested;
            CancelAsked |= stops;
            return stops && State != JobState.Running ? "it was asked to stop and does not run" : null;
        }

        if (happened.From != State)
        {
            return $"it moved from {happened.From} although it was {State}";
        }

        if (!Moves.AreLegal(happened.Kind, happened.From, happened.To))
        {
            return $"{happened.Kind} leads from {happened.From} to {happened.To}";
        }

        var wrong = happened.Kind switch
        {
            EventKind.Started => Start(happened),
            EventKind.Retried or EventKind.Recovered => Reopen(happened),
            _ when State == JobState.Running => End(happened, lossCap),
            _ => Same(happened),
        };
        State = happened.To;
        if (!IsOpen)
        {
            Ends++;
        }

        return wrong ?? (Ends > 1 ? "its generation ended twice" : null);
    }

    private string? Start(EventRecord happened)
    {
        var before = _attempts.GetValueOrDefault(Attempt);
        var again = Attempt > 0 && before?.Generation == Generation && happened.Generation == Generation;
        var wrong = happened.Attempt != Attempt + 1 ? $"attempt {happened.Attempt} began after attempt {Attempt}"
            : happened.Generation != Generation ? $"an attempt of generation {happened.Generation} began in generation {Generation}"
            : CancelAsked ? "an attempt began after a stop was asked for"
            : Unended > 0 ? "an attempt began while another was open"
            : again && !Moves.LeadsToAnother(before!.Kind) ? $"a second attempt began after {before.Kind}"
            : null;
        Attempt = happened.Attempt;
        _attempts[Attempt] = null;
        return wrong;
    }

    private string? End(EventRecord happened, int lossCap)
    {
        var wrong = happened.Attempt != Attempt ? $"attempt {happened.Attempt} ended while {Attempt} ran" : null;
        _attempts[Attempt] = happened;
        Token = null;
        var lost = happened.Kind == EventKind.Lost || (happened is { Kind: EventKind.Failed, Reason: "crash_loop" });
        Losses += lost ? 1 : 0;
        var failed = happened.Kind is EventKind.RetryScheduled or EventKind.TimedOut || (happened.Kind == EventKind.Failed && !lost);
        Failures += failed ? 1 : 0;
        return wrong
            ?? (lost && Losses >= lossCap != (happened.To == JobState.Failed) ? $"loss {Losses} of {lossCap} led to {happened.To}" : null)
            ?? (Failures > MaxAttempts ? $"{Failures} attempts failed of {MaxAttempts}" : null)
            ?? (CancelAsked && happened.To is not (JobState.Cancelled or JobState.Succeeded or JobState.Failed)
                ? $"it went to {happened.To} although a stop was asked for" : null)
            ?? (happened.Kind != EventKind.Succeeded && happened.Reason is null ? $"{happened.Kind} gives no reason" : null);
    }

    private string? Reopen(EventRecord happened)
    {
        var wrong = happened.Generation != Generation + 1 ? $"generation {happened.Generation} follows {Generation}" : null;
        (Generation, Failures, Losses, Ends, CancelAsked, RetryAt) = (happened.Generation, 0, 0, 0, false, null);
        return wrong;
    }

    private string? Same(EventRecord happened) =>
        happened.Generation != Generation || happened.Attempt != Attempt
            ? $"{happened.Kind} of generation {happened.Generation}, attempt {happened.Attempt} in {Generation}, {Attempt}"
            : null;
}
