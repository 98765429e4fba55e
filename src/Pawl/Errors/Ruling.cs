using System.Globalization;

namespace Pawl.Errors;

/// <summary>What follows from the end of an attempt that did not succeed.</summary>
/// <remarks>Pure: the same facts, time and chance give the same ruling.</remarks>
internal sealed record Ruling
{
    /// <summary>The code of a job that slept too often without getting on.</summary>
    public const string SnoozeLimit = "snooze_limit";

    /// <summary>The code of a job whose other side asked for more patience than is allowed.</summary>
    public const string WaitTooLong = "wait_too_long";

    /// <summary>The code of a job that kills its workers.</summary>
    public const string CrashLoop = "crash_loop";

    /// <summary>The code of a job that asked to go on after its deadline.</summary>
    public const string DeadlinePassed = "deadline_passed";

    // Ten in a row are no hiccup any more: the tenth is counted like any failure.
    private const int DatabaseTransients = 10;

    private static readonly TimeSpan ResourceFloor = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan QuotaFloor = TimeSpan.FromHours(1);
    private static readonly TimeSpan ProbeAfter = TimeSpan.FromSeconds(30);
    private static readonly RetryPolicy SchemaWait = new()
    {
        BaseDelay = TimeSpan.FromSeconds(5), MaxDelay = TimeSpan.FromSeconds(60), Jitter = 0,
    };

    private Ruling(JobEvent happened, Outcome outcome, JobError? error)
    {
        Event = happened;
        Outcome = outcome;
        Error = error;
    }

    /// <summary>The move that follows.</summary>
    public JobEvent Event { get; }

    /// <summary>How the attempt ended.</summary>
    public Outcome Outcome { get; }

    /// <summary>The error with what the server made of it; null where nothing went wrong.</summary>
    public JobError? Error { get; }

    /// <summary>When the job is due again, if it waits.</summary>
    public DateTimeOffset? RunAt { get; private init; }

    /// <summary>Why it waits, if it does.</summary>
    public WaitReason? WaitReason { get; private init; }

    /// <summary>After an error.</summary>
    /// <param name="facts">What is known of the job.</param>
    /// <param name="error">What went wrong.</param>
    /// <param name="now">The engine's time.</param>
    /// <param name="chance">A random number, 0 or more and less than 1; it spreads the waits.</param>
    public static Ruling Of(RulingFacts facts, JobError error, DateTimeOffset now, double chance)
    {
        if (facts.CancelRequested || facts.Stop == StopCause.User)
        {
            return new(JobEvent.Stopped, Outcome.Cancelled, error with { Disposition = Disposition.Cancel });
        }

        if (IsSecondSecureConnection(facts, error))
        {
            return Failed(facts, Again(facts, error with { Category = ErrorCategory.Configuration }));
        }

        return error.Disposition switch
        {
            Disposition.Release when facts.Stop == StopCause.Host => new(JobEvent.Released, Outcome.Released, error),

            // Only a person or the parent cancels. What calls itself cancelled without them has failed.
            Disposition.Fail or Disposition.Cancel => Failed(facts, error),
            Disposition.Snooze => Snoozed(facts, error, now, chance),

            // Also for an attempt that calls itself interrupted or lost and is neither: else it would run again at once, for ever.
            _ => Retried(facts, error, now, chance),
        };
    }

    /// <summary>After a handler that asked to be run later.</summary>
    /// <param name="facts">What is known of the job.</param>
    /// <param name="reason">Why it wants to wait.</param>
    /// <param name="delay">How long.</param>
    /// <param name="now">The engine's time.</param>
    public static Ruling OfSnooze(RulingFacts facts, WaitReason reason, TimeSpan delay, DateTimeOffset now)
    {
        if (facts.CancelRequested || facts.Stop == StopCause.User)
        {
            return new(JobEvent.Stopped, Outcome.Cancelled, null);
        }

        var runAt = now + Within(delay);
        return facts.AtSnoozeCap
            ? Failed(facts, Own(ErrorCategory.Internal, SnoozeLimit, TooOften(facts)))
            : runAt >= facts.DeadlineAt
                ? Failed(facts, Own(ErrorCategory.Timeout, DeadlinePassed, "The job asked to go on after its deadline."))
                : new(JobEvent.Snoozed, Outcome.Snoozed, null) { RunAt = runAt, WaitReason = reason };

        JobError Own(ErrorCategory category, string code, string message) =>
            ErrorRecorder.Record(facts.Type, new() { Category = category, Code = code, Rule = code }, message, now);
    }

    /// <summary>After a worker that fell silent.</summary>
    /// <param name="facts">What is known of the job.</param>
    /// <param name="error">The loss.</param>
    public static Ruling OfLoss(RulingFacts facts, JobError error) =>
        facts.CancelRequested
            ? new(JobEvent.Stopped, Outcome.Lost, error with { Disposition = Disposition.Cancel })
            : facts.Losses + 1 >= facts.LossCap
                ? new(JobEvent.CrashLooped, Outcome.Lost, Again(facts, error with { Code = CrashLoop, Disposition = Disposition.Fail }))
                : new(JobEvent.Lost, Outcome.Lost, error with { Disposition = Disposition.Requeue });

    private static Ruling Retried(RulingFacts facts, JobError error, DateTimeOffset now, double chance)
    {
        var budget = facts.Retryable ? facts.Retry.MaxAttempts : 1;
        if (facts.Failures + 1 >= budget || IsSecondAuth(facts, error))
        {
            return Failed(facts, error);
        }

        if (error.RetryAfter > facts.MaxWait)
        {
            return Failed(facts, Impatient(facts, error));
        }

        var floor = error.Category == ErrorCategory.ResourceExhausted ? Longer(ResourceFloor, error.RetryAfter) : error.RetryAfter;
        var runAt = now + Backoff.Delay(facts.Retry, facts.Failures, chance, floor);
        return runAt >= facts.DeadlineAt
            ? Failed(facts, error)
            : new(JobEvent.RetryLater, Counted(facts), error with { Disposition = Disposition.Retry })
            {
                RunAt = runAt, WaitReason = Pawl.WaitReason.Retry,
            };
    }

    private static Ruling Snoozed(RulingFacts facts, JobError error, DateTimeOffset now, double chance)
    {
        if (error.RetryAfter > facts.MaxWait)
        {
            return Failed(facts, Impatient(facts, error));
        }

        if (facts.AtSnoozeCap)
        {
            var limited = error with { Code = SnoozeLimit, Message = Lead(TooOften(facts), error.Message) };
            return Failed(facts, Again(facts, limited));
        }

        var same = facts.SameSnoozes(error.Category);
        if (error.Category == ErrorCategory.DatabaseTransient && same + 1 >= DatabaseTransients)
        {
            return Retried(facts, error, now, chance);
        }

        var asked = error.RetryAfter;
        var delay = error.Category switch
        {
            ErrorCategory.DatabaseTransient => Longer(Spread(1, 5, chance), asked),
            ErrorCategory.LockContention => Longer(Spread(5, 10, chance), asked),
            ErrorCategory.SchemaMissing => Backoff.Delay(SchemaWait, same, 0, asked),
            ErrorCategory.RateLimited => Backoff.RateLimitDelay(facts.LimitsInARow ?? same, asked),
            ErrorCategory.QuotaExhausted => Longer(QuotaFloor, asked),

            // What was asked is the time of the circuit's probe; nothing is gained by waiting longer.
            ErrorCategory.CircuitOpen => asked ?? ProbeAfter,
            _ => Backoff.Delay(facts.Retry, same, chance, asked),
        };
        var runAt = now + Within(delay);
        return runAt >= facts.DeadlineAt
            ? Failed(facts, error)
            : new(JobEvent.Snoozed, Outcome.Snoozed, error)
            {
                RunAt = runAt,
                WaitReason = error.Category switch
                {
                    ErrorCategory.RateLimited or ErrorCategory.QuotaExhausted => Pawl.WaitReason.RateLimit,
                    ErrorCategory.CircuitOpen => Pawl.WaitReason.Circuit,
                    _ => Pawl.WaitReason.Snooze,
                },
            };
    }

    private static Ruling Failed(RulingFacts facts, JobError error) =>
        new(JobEvent.FailedForGood, Counted(facts), error with { Disposition = Disposition.Fail });

    private static Outcome Counted(RulingFacts facts) => facts.Stop == StopCause.Timeout ? Outcome.TimedOut : Outcome.Failed;

    private static bool IsSecondAuth(RulingFacts facts, JobError error) =>
        error.Category == ErrorCategory.Auth && facts.Failures > 0 && facts.PreviousError?.Category == ErrorCategory.Auth;

    // The first time it may have been the network.
    private static bool IsSecondSecureConnection(RulingFacts facts, JobError error) =>
        error is { Category: ErrorCategory.Network, Code: ExceptionRules.SecureConnection }
        && facts.Failures > 0
        && facts.PreviousError?.Code == ExceptionRules.SecureConnection;

    private static JobError Impatient(RulingFacts facts, JobError error)
    {
        var why = string.Create(
            CultureInfo.InvariantCulture,
            $"The other side asked to wait {error.RetryAfter:c}, longer than the {facts.MaxWait:c} that are allowed.");
        return Again(facts, error with { Code = WaitTooLong, Message = Lead(why, error.Message) });
    }

    private static string TooOften(RulingFacts facts) =>
        string.Create(CultureInfo.InvariantCulture, $"Snoozed {facts.SnoozeCap} times in a row without progress.");

    // In front, so that a long message cannot push it out.
    private static string Lead(string why, string message) => ErrorText.Cut($"{why} {message}", ErrorRecorder.MaxMessageBytes);

    private static JobError Again(RulingFacts facts, JobError error) => error with { Fingerprint = Fingerprint.Of(facts.Type, error) };

    private static TimeSpan Spread(int least, int most, double chance) =>
        TimeSpan.FromMilliseconds(Math.Floor(1000 * (least + ((most - least) * chance))));

    private static TimeSpan Longer(TimeSpan wait, TimeSpan? asked) => asked > wait ? asked.Value : wait;

    private static TimeSpan Within(TimeSpan delay) =>
        delay < TimeSpan.Zero ? TimeSpan.Zero : delay > RetryAfter.Longest ? RetryAfter.Longest : delay;
}
