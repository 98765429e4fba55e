using System.Text.Json;
using Microsoft.Extensions.Logging;
using Pawl.Errors;
using Pawl.Storage;
using Pawl.Telemetry;

namespace Pawl.Running;

/// <summary>One attempt as a straight pipe: payload, scope, handler, outcome, ruling, settlement.</summary>
internal sealed class Execution(AttemptTools tools, Settlements settlements, IChance chance, Meters meters, ILogger logger)
{
    private readonly TimeProvider _clock = tools.Clock;
    private readonly Activities _spans = new(tools.Options.Telemetry, chance, logger);

    /// <summary>Runs an attempt to its end. Never throws.</summary>
    public async ValueTask RunAsync(Attempt attempt)
    {
        var claimed = attempt.Claimed;
        var context = new AttemptContext(attempt, tools);
        attempt.Context = context;
        meters.Started(attempt.Type.Name, claimed.Queue, _clock.GetUtcNow() - claimed.RunAt);
        var activity = _spans.Attempt(
            attempt.Type.Name, claimed.Queue, claimed.Lease.Job, claimed.Lease.Attempt, claimed.Traceparent, claimed.Tags);
        Exception? error = null;
        try
        {
            await CallAsync(attempt, context);
        }
        catch (Exception thrown)
        {
            error = thrown;
        }

        meters.Left(attempt.Type.Name);
        if (!attempt.TryEnd())
        {
            // Left behind or lost: somebody else has said how it ended.
            _spans.Ended(activity, Without(attempt), null);
            _spans.Close(activity);
            return;
        }

        var end = End(attempt, context, error);
        _spans.Ended(activity, end.Outcome, end.Error);
        _spans.Close(activity);
        if (context.LastMustWait)
        {
            settlements.Expect();
            _ = SettleLaterAsync(attempt, context, end, error);
        }
        else
        {
            settlements.Add(new(attempt, context.Take(null) is { } last ? end with { Last = last } : end, error));
        }
    }

    /// <summary>Ends an attempt whose handler does not stop. False when it has just ended by itself.</summary>
    public bool TryLeaveBehind(Attempt attempt)
    {
        if (!attempt.TryEnd())
        {
            return false;
        }

        Log.LeftBehind(logger, attempt.Claimed.Lease.Job.Value, attempt.Type.Name, attempt.Grace, Words.Of(attempt.Stop));
        var stopped = new OperationCanceledException("The handler did not stop when it was told to.", attempt.Token);
        var end = End(attempt, attempt.Context, stopped);
        settlements.Add(new(attempt, end with { Last = attempt.Context?.Take(null) }));
        return true;
    }

    /// <summary>Gives back one that has not begun, or ends it where a stop was asked for.</summary>
    public void GiveBack(Attempt attempt, string rule)
    {
        var cancelled = attempt.CancelRequested;
        settlements.Add(new(attempt, new()
        {
            Lease = attempt.Claimed.Lease,
            Outcome = cancelled ? Outcome.Cancelled : Outcome.Released,
            Event = cancelled ? JobEvent.Stopped : JobEvent.Released,
            Rule = cancelled ? "stop.user" : rule,
        }));
    }

    /// <summary>How an attempt ends whose handler did well, but whose success could not be stored.</summary>
    public Settlement Judge(Attempt attempt, Exception error) => End(attempt, attempt.Context, error);

    /// <summary>How an attempt ended that did not wait for its handler.</summary>
    private static Outcome Without(Attempt attempt) => attempt switch
    {
        { Lost: true } => Outcome.Lost,
        { Stop: StopCause.Timeout } => Outcome.TimedOut,
        { Stop: StopCause.Host } => Outcome.Released,
        _ => Outcome.Cancelled,
    };

    private async Task CallAsync(Attempt attempt, AttemptContext context)
    {
        // In a method of its own: what flows with the handler's code ends with it.
        AttemptLog.Enter(context);
        using var scope = tools.Loggers is null || !logger.IsEnabled(LogLevel.Critical)
            ? null
            : logger.BeginScope(new AttemptScope(attempt.Claimed, attempt.WorkerId));
        var payload = attempt.Claimed.Payload;
        DamagedJobException.ThrowIfTooLarge(payload);
        try
        {
            await attempt.Call(context, payload, attempt.Token);
        }
        catch (Exception misread) when (misread is JobException { Code: "payload_invalid" } or JsonException)
        {
            DamagedJobException.ThrowIfUnreadable(payload, misread);   // what was stored was JSON; so somebody changed it
            throw;
        }

        if (context.Snooze is null && context.ItemsFault is { } fault)
        {
            throw fault;
        }
    }

    private Settlement End(Attempt attempt, AttemptContext? context, Exception? error)
    {
        var now = _clock.GetUtcNow();
        var run = _clock.GetElapsedTime(attempt.BegunAt);
        var claimed = attempt.Claimed;
        var plain = new Settlement
        {
            Lease = claimed.Lease,
            Outcome = Outcome.Succeeded,
            Event = JobEvent.Completed,
            RetryPoints = attempt.Type.RetryPoints,
            Run = run,
            MadeProgress = context?.MadeProgress ?? false,
        };
        if (context?.Snooze is { } wish && (error is null or SnoozedException || attempt.Stop == StopCause.None))
        {
            var later = Ruling.OfSnooze(Facts(attempt, context), wish.Reason, wish.Delay, now);
            return Ruled(plain, later, later.Error?.Rule ?? wish.Why ?? Words.Of(wish.Reason));
        }

        if (error is null)
        {
            return plain with { Result = context?.ResultJson, Degraded = context?.Lack };
        }

        if (error is DamagedJobException)
        {
            return Damage.EndOf(claimed.Lease, error.Message, now) with { Run = run };
        }

        var verdict = tools.Classifier.Classify(error, attempt.Type.ErrorRules, attempt.Stop, now);
        var recorded = ErrorRecorder.Record(attempt.Type.Name, verdict, error, now, attempt.Secrets);
        if (recorded.Category is ErrorCategory.InvalidInput or ErrorCategory.Configuration)
        {
            recorded = recorded with { Configuration = attempt.Type.Configuration };
        }

        return Ruled(plain, Ruling.Of(Facts(attempt, context), recorded, now, chance.NextShare()), verdict.Rule);
    }

    private static Settlement Ruled(Settlement plain, Ruling ruling, string rule) => plain with
    {
        Outcome = ruling.Outcome,
        Event = ruling.Event,
        RunAt = ruling.RunAt is { } at ? Bounds.Instant(at) : null,
        WaitReason = ruling.WaitReason,
        Error = ruling.Error,
        Rule = rule,
    };

    private RulingFacts Facts(Attempt attempt, AttemptContext? context) => new()
    {
        Type = attempt.Type.Name,
        Retry = attempt.Type.Retry with { MaxAttempts = attempt.Claimed.MaxAttempts },
        Retryable = attempt.Type.Retryable,
        Failures = attempt.Claimed.Failures,
        Losses = attempt.Claimed.Losses,
        Snoozes = attempt.Claimed.Snoozes,
        PreviousError = attempt.Claimed.PreviousError,
        MadeProgress = context?.MadeProgress ?? false,
        DeadlineAt = attempt.Claimed.DeadlineAt,
        CancelRequested = attempt.CancelRequested,
        Stop = attempt.Stop,
        LossCap = tools.Options.Worker.LossCap,
    };

    /// <summary>The slot is free already; the end is stored as soon as a save under way is through, or its lines would come after the
    /// end.</summary>
    private async Task SettleLaterAsync(Attempt attempt, AttemptContext context, Settlement end, Exception? error)
    {
        AttemptSave? last = null;
        try
        {
            last = await context.TakeLastAsync();
        }
        catch (Exception fault)
        {
            // The end matters more than its last lines.
            Log.SaveFailed(logger, fault);
        }

        settlements.AddExpected(new(attempt, end with { Last = last }, error));
    }
}
