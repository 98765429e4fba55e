using System.Diagnostics.CodeAnalysis;
using Pawl.Errors;
using Pawl.Storage;

namespace Pawl.Running;

/// <summary>One leased job in this process, from the claim to its end. Whoever ends it first has ended it.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A handler may hold the token longer than we; without a timer there is nothing to "
    + "free.")]
internal sealed class Attempt(Claimed claimed, JobType type, HandlerCall call, Line line, long workerId, long takenAt)
{
    private const int Waiting = 0;
    private const int Begun = 1;
    private const int Over = 2;

    private readonly CancellationTokenSource _stopping = new();
    private int _phase;
    private int _stop;
    private int _told;
    private KnownSecrets? _secrets;

    public Claimed Claimed { get; } = claimed;

    public JobType Type { get; } = type;

    public HandlerCall Call { get; } = call;

    public Line Line { get; } = line;

    /// <summary>The number of the worker it was leased to.</summary>
    public long WorkerId { get; } = workerId;

    /// <summary>The clock's timestamp at the claim.</summary>
    public long TakenAt { get; } = takenAt;

    /// <summary>The clock's timestamp at the begin.</summary>
    public long BegunAt { get; private set; }

    /// <summary>What the handler sees; made at the begin.</summary>
    public AttemptContext? Context { get; set; }

    public CancellationToken Token => _stopping.Token;

    /// <summary>Who told it to stop.</summary>
    public StopCause Stop => (StopCause)Volatile.Read(ref _stop);

    /// <summary>The clock's timestamp when it was told to stop.</summary>
    public long StopAt { get; private set; }

    /// <summary>How long it may clean up from then.</summary>
    public TimeSpan Grace { get; set; }

    /// <summary>Its lease is gone: nothing of it is stored any more.</summary>
    public bool Lost { get; set; }

    /// <summary>A person or the parent asked it to stop.</summary>
    public bool CancelRequested { get; set; }

    /// <summary>Whether the store has been told that it began.</summary>
    public bool BeginTold { get; set; }

    /// <summary>Where it stands in the list of running ones; -1 when it does not.</summary>
    public int Place { get; set; } = -1;

    /// <summary>What must not be shown although its handler says it: the secrets of the payload, and those that were added; null for
    /// none.</summary>
    public KnownSecrets? Secrets => Volatile.Read(ref _secrets) ?? (Type.Hidden is null ? null : Known());

    public bool IsWaiting => Volatile.Read(ref _phase) == Waiting;

    public bool IsRunning => Volatile.Read(ref _phase) == Begun;

    public bool IsOver => Volatile.Read(ref _phase) == Over;

    public bool TryBegin(long now)
    {
        BegunAt = now;
        return Interlocked.CompareExchange(ref _phase, Begun, Waiting) == Waiting;
    }

    /// <summary>Takes back one that has not begun.</summary>
    public bool TryGiveBack() => Interlocked.CompareExchange(ref _phase, Over, Waiting) == Waiting;

    /// <summary>True for the one caller that ends it.</summary>
    public bool TryEnd() => Interlocked.CompareExchange(ref _phase, Over, Begun) == Begun;

    /// <summary>Ends it whether it has begun or not, without a word to the store.</summary>
    public void Drop()
    {
        Lost = true;
        Volatile.Write(ref _phase, Over);
    }

    /// <summary>Notes who tells it to stop; the first cause stays. True when nobody had before.</summary>
    public bool TryStop(StopCause cause, TimeSpan grace, long now)
    {
        if (Interlocked.Exchange(ref _told, 1) != 0)
        {
            return false;
        }

        // The cause last: who sees it must see since when and for how long, too.
        (StopAt, Grace) = (now, grace);
        Volatile.Write(ref _stop, (int)cause);
        return true;
    }

    /// <summary>From here on a text must not be shown.</summary>
    public void Hide(string secret) => Known().Add(secret);

    /// <summary>Sets the token. What waits for it runs here, so never call it on a thread that others wait for.</summary>
    public void Cancel() => _stopping.Cancel();

    private KnownSecrets Known()
    {
        if (Volatile.Read(ref _secrets) is { } known)
        {
            return known;
        }

        var made = new KnownSecrets(Type.Hidden?.Values(Claimed.Payload) ?? []);
        return Interlocked.CompareExchange(ref _secrets, made, null) ?? made;
    }
}
