namespace Pawl;

/// <summary>Keeps the retries of a mass failure from crowding out new work: while first attempts wait, only a share of a queue's starts are
/// retries.</summary>
/// <remarks>
/// <para>A retry is a start of a job that has failed or timed out in its generation. Each owes the queue a number of first attempts,
/// four at a share of 20 %, and no other may start before they have. What is owed is forgotten one window after the last retry, so that a
/// queue with few starts gets on with its retries too. What first attempts have paid beyond that is not saved up for a burst.</para>
/// <para>It guarantees, for starts that keep to <see cref="Room"/>: in any time no longer than the window, wherever it begins, of n starts
/// at most share × n, rounded up, are retries; and retries that take every turn they are given get the whole share. Several processes,
/// each with a budget of its own, keep the share too, each rounded up for itself. Retries that start without asking, because no first
/// attempt waits, are owed for all the same.</para>
/// <para>It is a number and a time. A clock set back makes it wait one window more at most, one set forward forgets what is owed.</para>
/// </remarks>
internal readonly record struct RetryBudget
{
    /// <summary>The default share: of every five starts one.</summary>
    public const double Share = 0.2;

    private const long Whole = 1_000_000;

    // In millionths of a start: a retry adds what the share leaves over, a first attempt takes the share off.
    private readonly long _owed;
    private readonly long _since;

    private RetryBudget(long owed, long since) => (_owed, _since) = (owed, since);

    /// <summary>The default window: 10 s.</summary>
    public static TimeSpan Window { get; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether first attempts still have to start before another retry may, unless the window has passed meanwhile.</summary>
    public bool Owes => _owed > 0;

    /// <summary>A budget that knows nothing of the time before, and so takes it that a retry has just started.</summary>
    /// <param name="now">The engine's time.</param>
    /// <param name="share">0 to 1, counted in millionths.</param>
    /// <exception cref="ArgumentOutOfRangeException">The share is out of its range.</exception>
    public static RetryBudget Begin(DateTimeOffset now, double share = Share) => new(Whole - Parts(share), now.UtcTicks);

    /// <summary>How many of the next starts may be retries, the others being first attempts.</summary>
    /// <param name="now">The engine's time.</param>
    /// <param name="starts">The starts to come at this time, from 0.</param>
    /// <param name="share">0 to 1, counted in millionths; 1 lets all be retries.</param>
    /// <param name="window">How long a retry is remembered; null for <see cref="Window"/>.</param>
    /// <returns>0 to <paramref name="starts"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public int Room(DateTimeOffset now, int starts, double share = Share, TimeSpan? window = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(starts);
        var parts = Parts(share);

        // The first retry goes when nothing is owed, each further one when the first attempts among these starts have paid for the last.
        var room = ((starts * parts) + Whole - parts - At(now, window)._owed) / Whole;
        return (int)Math.Clamp(room, 0, starts);
    }

    /// <summary>The budget after these starts.</summary>
    /// <param name="now">The engine's time.</param>
    /// <param name="firstAttempts">How many were first attempts, from 0.</param>
    /// <param name="retries">How many were retries, from 0.</param>
    /// <param name="share">0 to 1, counted in millionths.</param>
    /// <param name="window">How long a retry is remembered; null for <see cref="Window"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public RetryBudget After(DateTimeOffset now, int firstAttempts, int retries, double share = Share, TimeSpan? window = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstAttempts);
        ArgumentOutOfRangeException.ThrowIfNegative(retries);
        var parts = Parts(share);
        var before = At(now, window);

        // Less than one first attempt may stand over: with a share of 0.3 a retry is owed 3 first attempts and then 2, not 3 each time.
        var owed = before._owed + (retries * (Whole - parts)) - (firstAttempts * parts);
        return new(Math.Max(owed, Math.Min(0, 1 - parts)), retries > 0 ? now.UtcTicks : before._since);
    }

    private static long Parts(double share) => share is >= 0 and <= 1
        ? (long)Math.Round(share * Whole)
        : throw new ArgumentOutOfRangeException(nameof(share), share, "A share is at least 0 and at most 1.");

    /// <summary>What is owed at a time: nothing once the last retry lies a window back.</summary>
    private RetryBudget At(DateTimeOffset now, TimeSpan? window)
    {
        var ticks = now.UtcTicks;
        return _owed <= 0 ? this
            : ticks - _since > (window ?? Window).Ticks ? new(0, _since)
            : ticks < _since ? new(_owed, ticks)
            : this;
    }
}
