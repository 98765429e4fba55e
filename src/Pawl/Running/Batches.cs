namespace Pawl.Running;

/// <summary>Stores things together: whatever gathered while the last call ran goes with the next. No timer, so a lone one goes at
/// once.</summary>
/// <remarks>While the store is away the same things are tried again and again. One that the store refuses fails alone.</remarks>
internal sealed class Batches<TItem, TReply> : IDisposable
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    // Two failures of a whole batch, and one of its things may be to blame.
    private const int BlameAfter = 2;

    private readonly Lock _gate = new();
    private readonly Signal _signal;
    private readonly TimeProvider _clock;
    private readonly int _most;
    private List<TItem> _gathered = [];
    private List<TItem> _spare = [];
    private int _pending;
    private int _expected;
    private volatile bool _closing;
    private bool _troubled;

    public Batches(TimeProvider clock, int most)
    {
        _clock = clock;
        _most = most;
        _signal = new(clock);
    }

    /// <summary>Stores some, and answers in their order.</summary>
    public required Func<IReadOnlyList<TItem>, CancellationToken, ValueTask<IReadOnlyList<TReply>>> Call { get; init; }

    /// <summary>Told of each that was answered.</summary>
    public required Action<TItem, TReply> Answered { get; init; }

    /// <summary>Told of each that the store will never take, or that was given up.</summary>
    public required Action<TItem, Exception> Failed { get; init; }

    /// <summary>Told after each call that stored some.</summary>
    public Action Stored { get; init; } = static () => { };

    /// <summary>Told once when the store goes away: how many wait, how long until the next try, why.</summary>
    public required Action<int, TimeSpan, Exception> Troubled { get; init; }

    /// <summary>Told once when it is back.</summary>
    public required Action Cured { get; init; }

    /// <summary>After how long of trying one is given up; infinite for never.</summary>
    public TimeSpan GiveUpAfter { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>Told when <see cref="Answered"/> threw.</summary>
    public Action<TItem, Exception> Unheard { get; init; } = static (_, _) => { };

    /// <summary>How many are not stored yet.</summary>
    public int Pending => Volatile.Read(ref _pending);

    public void Add(TItem item)
    {
        // Interlocked although under the gate: answers count down outside of it.
        Interlocked.Increment(ref _pending);
        lock (_gate)
        {
            _gathered.Add(item);
        }

        _signal.Set();
    }

    /// <summary>Says that one will come by <see cref="AddExpected"/>: it counts as pending, and the loop does not end before.</summary>
    public void Expect()
    {
        Interlocked.Increment(ref _pending);
        lock (_gate)
        {
            _expected++;
        }
    }

    public void AddExpected(TItem item)
    {
        lock (_gate)
        {
            _gathered.Add(item);
            _expected--;
        }

        _signal.Set();
    }

    /// <summary>Ends the loop as soon as nothing is left.</summary>
    public void Close()
    {
        _closing = true;
        _signal.Set();
    }

    public async Task RunAsync(CancellationToken hurry)
    {
        while (!hurry.IsCancellationRequested)
        {
            var all = Take();
            if (all.Count == 0)
            {
                if (_closing && Volatile.Read(ref _expected) == 0)
                {
                    return;
                }

                await _signal.WaitAsync(Timeout.InfiniteTimeSpan);
                continue;
            }

            for (var from = 0; from < all.Count && !hurry.IsCancellationRequested; from += _most)
            {
                var some = all.Count <= _most ? all : all.GetRange(from, Math.Min(_most, all.Count - from));
                await StoreAsync(some, hurry);
            }

            all.Clear();
            _spare = all;
        }
    }

    public void Dispose() => _signal.Dispose();

    private List<TItem> Take()
    {
        lock (_gate)
        {
            var all = _gathered;
            _gathered = _spare;
            _spare = [];
            return all;
        }
    }

    private async Task StoreAsync(List<TItem> some, CancellationToken hurry)
    {
        var since = _clock.GetTimestamp();
        for (var failures = 0; ; failures++)
        {
            var (replies, error) = await TryAsync(some, hurry);
            if (replies is not null)
            {
                for (var i = 0; i < some.Count; i++)
                {
                    Answer(some[i], replies[i]);
                }

                Say(Stored);
                Cure();
                return;
            }

            var outage = StoreFaults.IsOutage(error);
            if (some.Count > 1 && (!outage || failures >= BlameAfter))
            {
                some = await OneByOneAsync(some, hurry);
                if (some.Count == 0)
                {
                    return;
                }
            }
            else if (!outage)
            {
                GiveUp(some[0], error);
                return;
            }

            if (hurry.IsCancellationRequested)
            {
                return;
            }

            if (GiveUpAfter != Timeout.InfiniteTimeSpan && _clock.GetElapsedTime(since) >= GiveUpAfter)
            {
                some.ForEach(item => GiveUp(item, error));
                return;
            }

            var wait = StoreFaults.Delay(failures, FirstWait, LongestWait);
            if (!_troubled)
            {
                _troubled = true;
                Say(() => Troubled(Pending, wait, error));
            }

            await Rest.ForAsync(wait, _clock, hurry);
        }
    }

    /// <summary>Tries each alone; gives back those that still wait for the store.</summary>
    private async Task<List<TItem>> OneByOneAsync(List<TItem> some, CancellationToken hurry)
    {
        for (var i = 0; i < some.Count; i++)
        {
            var (replies, error) = await TryAsync([some[i]], hurry);
            if (replies is not null)
            {
                Answer(some[i], replies[0]);
            }
            else if (!StoreFaults.IsOutage(error))
            {
                GiveUp(some[i], error);
            }
            else
            {
                // To the end of the line: if it alone is to blame the others get by, if none gets by the store is away.
                var rest = some.GetRange(i + 1, some.Count - i - 1);
                rest.Add(some[i]);
                return rest;
            }
        }

        return [];
    }

    /// <summary>Asks the store, and nobody else: what a listener throws must never look like a fault of the store.</summary>
    private async ValueTask<(IReadOnlyList<TReply>? Replies, Exception Error)> TryAsync(List<TItem> some, CancellationToken hurry)
    {
        try
        {
            return (await Call(some, hurry), null!);
        }
        catch (Exception error)
        {
            return (null, error);
        }
    }

    private void Answer(TItem item, TReply reply)
    {
        Interlocked.Decrement(ref _pending);
        try
        {
            Answered(item, reply);
        }
        catch (Exception error)
        {
            // It is stored. Whoever was to hear of it is at fault, such as a logger that throws, and must not make us store it again.
            Say(() => Unheard(item, error));
        }
    }

    private void GiveUp(TItem item, Exception error)
    {
        Interlocked.Decrement(ref _pending);
        Say(() => Failed(item, error));
    }

    private void Cure()
    {
        if (_troubled)
        {
            _troubled = false;
            Say(Cured);
        }
    }

    /// <summary>Tells a listener. What it throws stays with it: the loop has others to store.</summary>
    private static void Say(Action tell)
    {
        try
        {
            tell();
        }
        catch (Exception)
        {
            // There is nobody left to tell.
        }
    }
}
