namespace Pawl.Running;

/// <summary>Stores things together: whatever gathered while the last call ran goes with the next. No timer, so a lone one goes at
/// once.</summary>
/// <remarks>While the store is away the same things are tried again and again. One that the store refuses fails alone. One that fails while
/// others get by steps aside, is tried again alone, and is given up when that goes on: it never holds up the others.</remarks>
internal sealed partial class Batches<TItem, TReply> : IDisposable
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
    private bool _over;
    private bool _troubled;
    private long _calls;

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

    /// <summary>After how long of trying one is given up; infinite for never while the store is away.</summary>
    public TimeSpan GiveUpAfter { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>Told when <see cref="Answered"/> threw.</summary>
    public Action<TItem, Exception> Unheard { get; init; } = static (_, _) => { };

    /// <summary>Told of each that was not stored when the loop ended in a hurry, and of each that comes after it. It stays
    /// pending.</summary>
    public Action<TItem> Abandoned { get; init; } = static _ => { };

    /// <summary>How many are not stored yet.</summary>
    public int Pending => Volatile.Read(ref _pending);

    public void Add(TItem item)
    {
        // Interlocked although under the gate: answers count down outside of it.
        Interlocked.Increment(ref _pending);
        Gather(item, expected: false);
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

    public void AddExpected(TItem item) => Gather(item, expected: true);

    /// <summary>Ends the loop as soon as nothing is left.</summary>
    public void Close()
    {
        _closing = true;
        _signal.Set();
    }

    /// <summary>Stores what comes until it is closed and nothing is left, or until it must hurry: then what is left is abandoned.</summary>
    public async Task RunAsync(CancellationToken hurry)
    {
        // Or it would sleep through the hurry while it waits for one that is expected.
        using var ring = hurry.UnsafeRegister(static signal => ((Signal)signal!).Set(), _signal);
        List<TItem> left = [];
        while (!hurry.IsCancellationRequested)
        {
            var all = Take();
            if (all.Count == 0)
            {
                if (_closing && _parked.Count == 0 && TryEnd())
                {
                    return;
                }

                await _signal.WaitAsync(UntilParked());
                await RetryParkedAsync(hurry);
                continue;
            }

            for (var from = 0; from < all.Count; from += _most)
            {
                var some = all.Count <= _most ? all : all.GetRange(from, Math.Min(_most, all.Count - from));
                left.AddRange(hurry.IsCancellationRequested ? some : await StoreAsync(some, hurry));
                await RetryParkedAsync(hurry);
            }

            all.Clear();
            _spare = all;
        }

        left.AddRange(_parked.Select(parked => parked.Item));
        Abandon(left);
    }

    public void Dispose() => _signal.Dispose();

    private void Gather(TItem item, bool expected)
    {
        bool over;
        lock (_gate)
        {
            over = _over;
            if (!over)
            {
                _gathered.Add(item);
            }

            _expected -= expected ? 1 : 0;
        }

        if (over)
        {
            Abandon([item]);
            return;
        }

        _signal.Set();
    }

    /// <summary>Ends unless something has come or will.</summary>
    private bool TryEnd()
    {
        lock (_gate)
        {
            return _over = _gathered.Count == 0 && _expected == 0;
        }
    }

    private void Abandon(List<TItem> left)
    {
        lock (_gate)
        {
            _over = true;
            left.AddRange(_gathered);
            _gathered.Clear();
        }

        left.ForEach(item => Say(() => Abandoned(item)));
    }

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

    /// <summary>Stores some, unless they fail or step aside. Gives back what is left when it must hurry.</summary>
    private async Task<List<TItem>> StoreAsync(List<TItem> some, CancellationToken hurry)
    {
        var since = _clock.GetTimestamp();
        for (var failures = 0; ; failures++)
        {
            var (replies, error) = await TryAsync(some, hurry);
            if (replies is not null)
            {
                Took(some, replies);
                return [];
            }

            var outage = StoreFaults.IsOutage(error);
            if (some.Count > 1 && (!outage || failures >= BlameAfter))
            {
                some = await OneByOneAsync(some, since, hurry);
                if (some.Count == 0)
                {
                    return [];
                }
            }
            else if (!outage)
            {
                GiveUp(some[0], error);
                return [];
            }
            else if (failures >= BlameAfter)
            {
                // Whether it is to blame or the store is away, only others can show: let them pass.
                Park(some[0], since, failures);
                return [];
            }

            if (hurry.IsCancellationRequested)
            {
                return some;
            }

            if (IsPatienceOver(since))
            {
                GiveUp(some, error);
                return [];
            }

            var wait = StoreFaults.Delay(failures, FirstWait, LongestWait);
            if (!_troubled)
            {
                _troubled = true;
                TellTrouble(wait, error);
            }

            await Rest.ForAsync(wait, _clock, hurry);
        }
    }

    /// <summary>Tries each alone; gives back those that still wait for the store.</summary>
    private async Task<List<TItem>> OneByOneAsync(List<TItem> some, long since, CancellationToken hurry)
    {
        var works = false;
        for (var i = 0; i < some.Count; i++)
        {
            List<TItem> one = [some[i]];
            var (replies, error) = await TryAsync(one, hurry);
            if (replies is not null)
            {
                Took(one, replies);
                works = true;
            }
            else if (!StoreFaults.IsOutage(error))
            {
                GiveUp(some[i], error);
            }
            else if (works)
            {
                // The one before got by. Two in a row, and the store has gone.
                works = false;
                Park(some[i], since, 0);
            }
            else
            {
                // To the end of the line: if it alone is to blame the others get by, if none gets by the store is away.
                var left = some.GetRange(i + 1, some.Count - i - 1);
                left.Add(some[i]);
                return left;
            }
        }

        return [];
    }

    private bool IsPatienceOver(long since) =>
        GiveUpAfter != Timeout.InfiniteTimeSpan && _clock.GetElapsedTime(since) >= GiveUpAfter;

    private void Took(List<TItem> some, IReadOnlyList<TReply> replies)
    {
        for (var i = 0; i < some.Count; i++)
        {
            Answer(some[i], replies[i]);
        }

        _calls++;
        Say(Stored);
        Cure();
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
            TellUnheard(item, error);
        }
    }

    // Of its own, or each answer would make an object for what it might have to say.
    private void TellUnheard(TItem item, Exception error) => Say(() => Unheard(item, error));

    private void GiveUp(TItem item, Exception error)
    {
        Interlocked.Decrement(ref _pending);
        Say(() => Failed(item, error));
    }

    private void GiveUp(List<TItem> some, Exception error) => some.ForEach(item => GiveUp(item, error));

    private void TellTrouble(TimeSpan wait, Exception error) => Say(() => Troubled(Pending, wait, error));

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
