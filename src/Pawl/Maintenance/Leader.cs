using Microsoft.Extensions.Logging;
using Pawl.Storage;
using Pawl.Telemetry;

namespace Pawl.Maintenance;

/// <summary>Keeps one leader of the chores in the installation. The term is a number given by the database, so a leader that was asleep
/// finds its writes refused and not its successor's.</summary>
/// <param name="store">Where the term stands.</param>
/// <param name="settings">How long a leader may be silent, and how often it renews.</param>
/// <param name="worker">This process's number among the workers; null while it has none.</param>
/// <param name="clock">The time.</param>
/// <param name="logger">Where a change of leader is told.</param>
internal sealed class Leader(IJobStore store, ChoreSettings settings, Func<long?> worker, TimeProvider clock, ILogger logger)
{
    private enum Sign
    {
        Renewal,
        Heartbeat,
    }

    private readonly Lock _gate = new();
    private readonly Silence<Sign, (long Term, long Beat)> _silence = new(clock);
    private readonly List<TaskCompletionSource> _waiting = [];
    private long? _term;
    private long _renewed;
    private long? _other;
    private long? _asked;
    private long? _ledAs;   // the number under which the store may hold the lead for this process
    private long _seen;
    private TimeSpan _planned;

    /// <summary>The term, while this process leads and could renew it within the lease; else null.</summary>
    public long? Term
    {
        get
        {
            lock (_gate)
            {
                return Valid;
            }
        }
    }

    /// <summary>Who leads, when it is another one.</summary>
    public long? Other
    {
        get
        {
            lock (_gate)
            {
                return _other;
            }
        }
    }

    /// <summary>The term of whoever leads, as of the last look: what a write of this process must show.</summary>
    public long? Known
    {
        get
        {
            lock (_gate)
            {
                return Valid ?? (_other is null ? null : _seen);
            }
        }
    }

    /// <summary>This process's number among the workers; null while it has none.</summary>
    public long? Worker => worker();

    private long? Valid => _term is { } term && clock.GetElapsedTime(_renewed) < settings.LeaseTtl ? term : null;

    /// <summary>Waits until this process leads.</summary>
    public async Task<long> TermAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            TaskCompletionSource changed;
            lock (_gate)
            {
                if (Valid is { } term)
                {
                    return term;
                }

                changed = Wait();
            }

            await ChangedAsync(changed, cancellationToken);
        }
    }

    /// <summary>Waits until it is known who leads, at most the stated time.</summary>
    /// <returns>The term when this process does; else null.</returns>
    public async Task<long?> DecidedAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        using var over = new CancellationTokenSource(limit, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellationToken);
        try
        {
            while (true)
            {
                TaskCompletionSource changed;
                lock (_gate)
                {
                    if (Valid is not null || _other is not null)
                    {
                        return Valid;
                    }

                    changed = Wait();
                }

                await ChangedAsync(changed, both.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Asks for, renews or watches the leadership once.</summary>
    /// <returns>How long to wait before the next step.</returns>
    public async ValueTask<TimeSpan> StepAsync(CancellationToken cancellationToken)
    {
        if (worker() is not { } me)
        {
            Lost(null, 0);
            return settings.Look;
        }

        if (_asked != me)
        {
            // Declared gone and registered anew: a new number holds no old term.
            Lost(null, 0);
            _silence.Restart();
            _asked = me;
        }

        if (_ledAs is { } before && before != me)
        {
            // That was this process too, and nobody beats under that number any more: its silence need not be waited for.
            await store.LeadAsync(new LeadRequest(before, Leave: true), cancellationToken);
            _ledAs = null;
        }

        _silence.Begin(_planned);
        var asked = clock.GetTimestamp();
        var reply = await store.LeadAsync(new LeadRequest(me), cancellationToken);
        if (!reply.Mine && Vacant(reply))
        {
            asked = clock.GetTimestamp();
            reply = await store.LeadAsync(new LeadRequest(me, TakeFrom: (reply.Term, reply.Beat)), cancellationToken);
        }

        if (reply.Mine)
        {
            _ledAs = me;
            Renewed(reply.Term, asked, me);
            _silence.Restart();
            return _planned = settings.Heartbeat;
        }

        _ledAs = null;
        Lost(reply.Leader, reply.Term);
        return _planned = settings.Look;
    }

    /// <summary>Gives the leadership up, so that the next leader need not wait for the lease to pass.</summary>
    public async ValueTask LeaveAsync(CancellationToken cancellationToken)
    {
        if (_ledAs is { } me)
        {
            Lost(null, 0);
            await store.LeadAsync(new LeadRequest(me, Leave: true), cancellationToken);
        }
    }

    /// <summary>Whether nobody leads, or the one who does was silent for the whole lease while we watched.</summary>
    /// <remarks>Its signs of life as a worker count as well as its renewals: of a process that died the last renewal may be up to a
    /// heartbeat younger than the last sign of life, from which the time is reckoned until its own jobs are offered again.</remarks>
    private bool Vacant(LeadReply reply)
    {
        var renewal = _silence.Observe(Sign.Renewal, (reply.Term, reply.Beat));
        var heartbeat = _silence.Observe(Sign.Heartbeat, (reply.Term, reply.Sign));
        return reply.Leader is null || renewal >= settings.LeaseTtl || heartbeat >= settings.LeaseTtl;
    }

    private void Renewed(long term, long asked, long me)
    {
        bool begun;
        lock (_gate)
        {
            begun = _term != term;
            _term = term;
            _renewed = asked;
            _other = null;
            Announce();
        }

        if (begun)
        {
            Log.Leads(logger, me, term);
        }
    }

    private void Lost(long? other, long term)
    {
        long? lost;
        lock (_gate)
        {
            lost = _term;
            _term = null;
            _seen = term;
            if (_other != other || lost is not null)
            {
                _other = other;
                Announce();
            }
        }

        if (lost is { } ended)
        {
            Log.LeadsNoMore(logger, ended);
        }
    }

    private TaskCompletionSource Wait()
    {
        var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting.Add(changed);
        return changed;
    }

    /// <summary>Awaits the source itself: a WaitAsync would go by way of the pool, and for that moment a scheduler of our own would see
    /// nothing to do.</summary>
    private static async Task ChangedAsync(TaskCompletionSource changed, CancellationToken cancellationToken)
    {
        using var stop = cancellationToken.UnsafeRegister(
            static (changed, token) => ((TaskCompletionSource)changed!).TrySetCanceled(token), changed);
        await changed.Task;
    }

    private void Announce()
    {
        _waiting.ForEach(changed => changed.TrySetResult());
        _waiting.Clear();
    }
}
