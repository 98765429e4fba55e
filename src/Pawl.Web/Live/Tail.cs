using System.Collections.Concurrent;
using System.Data.Common;
using Pawl.Web.Routing;

namespace Pawl.Web.Live;

/// <summary>The end of the record of events: read by one loop for all streams of the process, as long as there is one.</summary>
internal sealed class Tail(Site site)
{
    private const int EventsAtOnce = 5_000;
    private const int MostFrames = 64;
    private const int MostEvents = 20_000;
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly HashSet<Reader> _readers = [];
    private readonly ConcurrentDictionary<JobId, int> _watched = new();
    private Frame[] _frames = [];
    private long _end = -1;
    private int _everything;
    private Task _finding = Task.CompletedTask;
    private Task _loop = Task.CompletedTask;

    /// <summary>The last event that was read.</summary>
    public long End => Volatile.Read(ref _end);

    /// <summary>The jobs that somebody follows.</summary>
    public IEnumerable<JobId> Watched => _watched.Keys;

    /// <summary>Joins the readers. From here on every event is in <see cref="After"/>.</summary>
    public async Task<Reader> JoinAsync(Topics topics, CancellationToken cancellationToken)
    {
        var reader = new Reader(this, topics, site.Clock);
        lock (_gate)
        {
            // Who joins keeps the loop going; it starts as soon as the end is found.
            _readers.Add(reader);
            _everything += reader.WantsAll ? 1 : 0;
        }

        foreach (var id in topics.Job)
        {
            _watched.AddOrUpdate(id, 1, static (_, count) => count + 1);
        }

        try
        {
            await FindEndAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            reader.Dispose();
            throw;
        }

        return reader;
    }

    /// <summary>The frames behind an event; null when they are not kept any more.</summary>
    public IReadOnlyList<Frame>? After(long seq)
    {
        var frames = Volatile.Read(ref _frames);
        if (seq >= End)
        {
            return [];
        }

        var first = Array.FindIndex(frames, frame => frame.Upto > seq);
        return first < 0 || frames[first].After > seq ? null : frames[first..];
    }

    /// <summary>Reads a stretch that lies further back.</summary>
    public async Task<Frame> ReadAsync(long after, CancellationToken cancellationToken) =>
        new(site, after, await site.Store.EventsAsync(new(after, EventsAtOnce), cancellationToken).ConfigureAwait(false));

    private Task FindEndAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _finding = FindEndAfterAsync(_finding, cancellationToken);
        }
    }

    /// <summary>One after the other: the first who comes finds the end and starts the loop.</summary>
    private async Task FindEndAfterAsync(Task before, CancellationToken cancellationToken)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        if (IsRunning())
        {
            return;
        }

        var end = await SearchAsync(Math.Max(0, End), cancellationToken).ConfigureAwait(false);
        lock (_gate)
        {
            if (_readers.Count > 0)
            {
                (_frames, _end) = ([], end);
                _loop = LoopAsync();
            }
        }
    }

    private bool IsRunning()
    {
        lock (_gate)
        {
            return !_loop.IsCompleted;
        }
    }

    /// <summary>The last event there is: in ever longer steps past it, then by halves.</summary>
    private async Task<long> SearchAsync(long known, CancellationToken cancellationToken)
    {
        var (low, step) = (known, 1L);
        while (await IsMoreAsync(low + step).ConfigureAwait(false))
        {
            (low, step) = (low + step, step * 2);
        }

        var high = low + step;
        if (!await IsMoreAsync(low).ConfigureAwait(false))
        {
            return low;
        }

        while (high - low > 1)
        {
            var middle = low + ((high - low) / 2);
            (low, high) = await IsMoreAsync(middle).ConfigureAwait(false) ? (middle, high) : (low, middle);
        }

        return high;

        async ValueTask<bool> IsMoreAsync(long after) =>
            (await site.Store.EventsAsync(new(after, 1), cancellationToken).ConfigureAwait(false)).Count > 0;
    }

    private async Task LoopAsync()
    {
        await Task.Yield();
        using var signal = new Signal(site.Clock);
        using var stops = site.Stopping.UnsafeRegister(static signal => ((Signal)signal!).Set(), signal);
        Action<long> recorded = _ => signal.Set();
        site.Store.Wakeups.Recorded += recorded;
        try
        {
            while (HasReaders())
            {
                var moved = await StepAsync().ConfigureAwait(false);
                if (!moved)
                {
                    await signal.WaitAsync(site.Options.Pace.Poll).ConfigureAwait(false);
                }

                if (!site.Stopping.IsCancellationRequested)
                {
                    // What comes at once is read at once.
                    await Task.Delay(Rest, site.Clock, CancellationToken.None).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            site.Store.Wakeups.Recorded -= recorded;
        }
    }

    private bool HasReaders()
    {
        lock (_gate)
        {
            if (_readers.Count > 0 && !site.Stopping.IsCancellationRequested)
            {
                return true;
            }

            _loop = Task.CompletedTask;
            return false;
        }
    }

    private async Task<bool> StepAsync()
    {
        using var late = new CancellationTokenSource(site.Options.StoreTimeout, site.Clock);
        try
        {
            var frame = await ReadAsync(End, late.Token).ConfigureAwait(false);
            if (frame.Events.Count == 0)
            {
                return false;
            }

            await frame.ReadAsync(WantedOf(frame), late.Token).ConfigureAwait(false);
            Keep(frame);
            return true;
        }
        catch (Exception fault) when (fault is PawlException or DbException or OperationCanceledException or TimeoutException)
        {
            // The store is away: the next step reads on from the same place, and nothing is lost.
            return false;
        }
    }

    private List<JobId> WantedOf(Frame frame) => Volatile.Read(ref _everything) > 0
        ? [.. frame.Changed.Keys]
        : [.. frame.Changed.Keys.Where(_watched.ContainsKey)];

    private void Keep(Frame frame)
    {
        Reader[] readers;
        lock (_gate)
        {
            var kept = _frames.Append(frame).ToList();
            var events = kept.Sum(static frame => frame.Events.Count);
            while (kept.Count > 1 && (kept.Count > MostFrames || events > MostEvents))
            {
                events -= kept[0].Events.Count;
                kept.RemoveAt(0);
            }

            Volatile.Write(ref _frames, [.. kept]);
            Volatile.Write(ref _end, frame.Upto);
            readers = [.. _readers];
        }

        foreach (var reader in readers)
        {
            reader.Signal.Set();
        }
    }

    private void Leave(Reader reader)
    {
        lock (_gate)
        {
            if (!_readers.Remove(reader))
            {
                return;
            }

            _everything -= reader.WantsAll ? 1 : 0;
        }

        foreach (var id in reader.Topics.Job)
        {
            if (_watched.AddOrUpdate(id, 0, static (_, count) => count - 1) <= 0)
            {
                _watched.TryRemove(new(id, 0));
            }
        }
    }

    /// <summary>One stream.</summary>
    internal sealed class Reader(Tail tail, Topics topics, TimeProvider clock) : IDisposable
    {
        /// <summary>What it listens to.</summary>
        public Topics Topics => topics;

        /// <summary>Set when there is more.</summary>
        public Signal Signal { get; } = new(clock);

        /// <summary>Whether it asks for any job.</summary>
        public bool WantsAll => topics.Jobs || topics.Notices;

        /// <inheritdoc/>
        public void Dispose()
        {
            tail.Leave(this);
            Signal.Dispose();
        }
    }
}
