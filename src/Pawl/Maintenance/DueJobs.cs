using Pawl.Storage;

namespace Pawl.Maintenance;

/// <summary>Moves due jobs to their queues and cancels those whose <c>start_by</c> has passed.</summary>
internal sealed class DueJobs : IChore
{
    // The wall clock says when the next job is due, and it may jump. So no rest is longer than this, whatever it says.
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PollWhenTold = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(10);

    private readonly IJobStore _store;
    private readonly RetryBudgetOptions _budget;
    private readonly TimeProvider _clock;
    private long _restsUntil = long.MinValue;

    public DueJobs(IJobStore store, ChoreSettings settings, TimeProvider clock)
    {
        _store = store;
        _budget = settings.RetryBudget;
        _clock = clock;
    }

    public string Name => "due jobs";

    public TimeSpan Limit => TimeSpan.FromSeconds(30);

    public Alarm Alarm { get; } = new();

    public TimeSpan Begin(long term) => TimeSpan.Zero;

    public async ValueTask<TimeSpan> StepAsync(long term, CancellationToken cancellationToken)
    {
        // Whatever is scheduled from here on rings, as we do not know yet how far the next rest goes.
        Volatile.Write(ref _restsUntil, long.MaxValue);
        var now = _clock.GetUtcNow();
        var request = new PromoteRequest(term, now) { RetryShare = _budget.Share, RetryWindow = _budget.Window };
        var reply = await _store.PromoteAsync(request, cancellationToken);
        if (!reply.Accepted)
        {
            return Poll;
        }

        var rest = reply.More ? TimeSpan.Zero : Rest(reply.NextAt, now, _store.HearsOthers ? PollWhenTold : Poll);
        Volatile.Write(ref _restsUntil, (now + rest).UtcTicks);
        return rest;
    }

    /// <summary>How long nothing comes due, as far as the wall clock can be trusted.</summary>
    internal static TimeSpan Rest(DateTimeOffset? nextAt, DateTimeOffset now, TimeSpan poll)
    {
        var until = nextAt - now ?? poll;
        return until <= TimeSpan.Zero ? Least
            : until > poll ? poll
            : until;
    }

    /// <summary>Wakes the chore when a job was given a time before the end of its rest. Called by the store after its commit.</summary>
    public void Scheduled(DateTimeOffset at)
    {
        if (at.UtcTicks < Volatile.Read(ref _restsUntil))
        {
            Alarm.Ring();
        }
    }
}
