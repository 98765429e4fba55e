using Microsoft.Extensions.Logging;
using Pawl.Errors;
using Pawl.Storage;
using Pawl.Telemetry;

namespace Pawl.Running;

/// <summary>Stores the ends of attempts, as many in one call as gathered while the last one ran. A slot never waits for it.</summary>
internal sealed class Settlements : IDisposable
{
    private const int MostInCall = 1_000;

    private readonly Batches<Ending, SettleReply> _batches;
    private readonly IJobFailureObserver[] _observers;
    private readonly Meters _meters;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;

    public Settlements(IJobStore store, IEnumerable<IJobFailureObserver> observers, Meters meters, TimeProvider clock, ILogger logger)
    {
        (_observers, _meters, _clock, _logger) = ([.. observers], meters, clock, logger);
        _batches = new(clock, MostInCall)
        {
            Call = (endings, token) =>
            {
                var settlements = new Settlement[endings.Count];
                for (var i = 0; i < settlements.Length; i++)
                {
                    settlements[i] = endings[i].Settlement;
                }

                return meters.WantsWrites
                    ? MeasuredAsync(store, settlements, token)
                    : store.SettleAsync(settlements, clock.GetUtcNow(), token);
            },
            Answered = Stored,
            Unheard = (ending, error) =>
                Log.EndUnheard(logger, ending.Attempt.Claimed.Lease.Job.Value, ending.Attempt.Type.Name, error),
            Stored = () => Eased(),
            Failed = Refused,
            Troubled = (count, wait, error) => Log.SettleFailed(logger, count, wait, error),
            Cured = () => Log.SettleWorks(logger),
        };
    }

    /// <summary>Called with the token of an end that cannot be stored at all.</summary>
    public Action<Attempt> Stranded { get; set; } = static _ => { };

    /// <summary>Says how an attempt ends that would have succeeded, had its last children not been refused.</summary>
    public required Func<Attempt, Exception, Settlement> Judge { get; init; }

    /// <summary>Called after each call that stored ends.</summary>
    public Action Eased { get; set; } = static () => { };

    /// <summary>How many ends are not stored yet.</summary>
    public int Pending => _batches.Pending;

    public void Add(Ending ending) => _batches.Add(ending);

    /// <summary>Says that an end will come by <see cref="AddExpected"/>.</summary>
    public void Expect() => _batches.Expect();

    public void AddExpected(Ending ending) => _batches.AddExpected(ending);

    public Task RunAsync(CancellationToken hurry) => _batches.RunAsync(hurry);

    public void Close() => _batches.Close();

    public void Dispose() => _batches.Dispose();

    private async ValueTask<IReadOnlyList<SettleReply>> MeasuredAsync(IJobStore store, Settlement[] settlements, CancellationToken token)
    {
        var since = _clock.GetTimestamp();
        var replies = await store.SettleAsync(settlements, _clock.GetUtcNow(), token);
        _meters.Wrote(_clock.GetElapsedTime(since));
        return replies;
    }

    private void Stored(Ending ending, SettleReply reply)
    {
        var (attempt, end) = (ending.Attempt, ending.Settlement);
        var (id, number) = (attempt.Claimed.Lease.Job.Value, attempt.Claimed.Lease.Attempt);
        if (reply.What is Settled.LeaseLost or Settled.Gone)
        {
            _meters.Stale();
            Log.CameTooLate(_logger, id, attempt.Type.Name, number, Words.Of(reply.What));
            return;
        }

        if (reply.What == Settled.LastRefused)
        {
            AddWithout(ending, reply.Last);
            return;
        }

        _meters.Ended(attempt.Type.Name, attempt.Claimed.Queue, end.Outcome, end.Run, end.Error);
        Tell(ending, reply, id, number);
        if (_observers.Length > 0 && end is { Outcome: Outcome.Failed or Outcome.TimedOut, Error: { } error })
        {
            // Not awaited: an observer that hangs must not hold up the ends of other jobs.
            _ = ObserveAsync(attempt, end, error, ending.Exception);
        }
    }

    private void Tell(Ending ending, SettleReply reply, long id, int number)
    {
        var (type, end, worker) = (ending.Attempt.Type.Name, ending.Settlement, ending.Attempt.WorkerId);
        switch (reply.State)
        {
            case JobState.Succeeded when _logger.IsEnabled(LogLevel.Debug):
                Log.Succeeded(_logger, id, type, number, end.Run);
                break;
            case JobState.Failed:
                Log.FailedForGood(_logger, id, type, number, end.Error?.Code ?? "unknown", worker, end.Run, Shown(ending));
                break;
            case JobState.Cancelled:
                Log.Cancelled(_logger, id, type, number);
                break;
            case JobState.Scheduled when end.Event == JobEvent.RetryLater:
                var most = ending.Attempt.Claimed.MaxAttempts;
                var code = end.Error?.Code ?? "unknown";
                Log.RunsAgain(_logger, id, type, number, most, code, worker, end.Run, end.RunAt, Shown(ending));
                break;
            case JobState.Scheduled:
                Log.Snoozed(_logger, id, type, end.RunAt, end.WaitReason is { } reason ? Words.Of(reason) : "snooze");
                break;
            case JobState.Queued:
                Log.Released(_logger, id, type);
                break;
        }
    }

    private static Exception? Shown(Ending ending) => MaskedException.Of(ending.Exception, ending.Attempt.Secrets);

    private async Task ObserveAsync(Attempt attempt, Settlement end, JobError error, Exception? thrown)
    {
        await Task.Yield();
        var failure = new JobFailure
        {
            JobId = attempt.Claimed.Lease.Job,
            Type = attempt.Type.Name,
            Queue = attempt.Claimed.Queue,
            Attempt = attempt.Claimed.Lease.Attempt,
            Error = error,
            Exception = thrown,
            Tags = attempt.Claimed.Tags,
            NextRunAt = end.Event == JobEvent.RetryLater ? end.RunAt : null,
        };
        foreach (var observer in _observers)
        {
            try
            {
                await observer.FailedAsync(failure, CancellationToken.None);
            }
            catch (Exception fault)
            {
                Log.ObserverThrew(_logger, observer.GetType().Name, failure.JobId.Value, fault);
            }
        }
    }

    /// <summary>Adds the end that is stored instead when the store refused what the attempt had to say with it.</summary>
    private void AddWithout(Ending ending, SaveReply? refused)
    {
        var (attempt, end) = (ending.Attempt, ending.Settlement);
        var instead = LastWords.Without(end, refused, fault => Judge(attempt, fault), out var why);
        Add(ending with { Settlement = instead, Exception = why ?? ending.Exception });
        if (why is not null && end.Event != JobEvent.Completed)
        {
            Log.LastWordsDropped(_logger, attempt.Claimed.Lease.Job.Value, attempt.Type.Name, Words.Of(end.Outcome), why.Message);
        }
    }

    /// <summary>The store will never take this end: the job must end all the same, and say why.</summary>
    private void Refused(Ending ending, Exception fault)
    {
        var attempt = ending.Attempt;
        Log.EndRefused(_logger, attempt.Claimed.Lease.Job.Value, attempt.Type.Name, fault.Message, fault);
        if (ending.Simplified)
        {
            Stranded(attempt);
            return;
        }

        var verdict = new ErrorVerdict
        {
            Category = ErrorCategory.Internal,
            Code = (fault as PawlException)?.Code ?? "end_refused",
            Rule = "end_refused",
            Message = $"The attempt ended as {Words.Of(ending.Settlement.Outcome)}, but that end could not be stored: {fault.Message}",
            Disposition = Disposition.Fail,
        };
        var plain = new Settlement
        {
            Lease = attempt.Claimed.Lease,
            Outcome = Outcome.Failed,
            Event = JobEvent.FailedForGood,
            Error = ErrorRecorder.Record(attempt.Type.Name, verdict, verdict.Message, _clock.GetUtcNow()),
            Rule = verdict.Rule,
            Run = ending.Settlement.Run,
        };
        Add(new(attempt, plain, fault, Simplified: true));
    }
}
