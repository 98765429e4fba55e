using System.Globalization;
using Pawl.Storage;

namespace Pawl.Postgres;

/// <summary>Lets in as many as there may be connections, and knows who waits and how long.</summary>
internal sealed class Gate : IDisposable
{
    private readonly SemaphoreSlim _calls;
    private readonly SemaphoreSlim[] _kept;
    private readonly int _most;
    private readonly TimeSpan _limit;
    private readonly TimeProvider _clock;
    private int _waiting;

    public Gate(int most, TimeSpan limit, TimeProvider clock)
    {
        (_most, _limit, _clock) = (most, limit, clock);
        _kept = [new(1), new(1), new(1)];
        _calls = new(most - _kept.Length);
        Waits = new Waits(clock);
    }

    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>How long was waited.</summary>
    public Waits Waits { get; }

    /// <summary>Lets one in; it gives back what it got here.</summary>
    /// <exception cref="PawlException"><c>storage_busy</c>.</exception>
    public ValueTask<SemaphoreSlim> EnterAsync(Lane lane, CancellationToken cancellationToken)
    {
        if (lane != Lane.Listen && _calls.Wait(0, CancellationToken.None))
        {
            Waits.Add(TimeSpan.Zero);
            return new(_calls);
        }

        return WaitAsync(lane == Lane.Call ? _calls : _kept[(int)lane - 1], cancellationToken);
    }

    public void Dispose()
    {
        _calls.Dispose();
        Array.ForEach(_kept, lane => lane.Dispose());
    }

    private async ValueTask<SemaphoreSlim> WaitAsync(SemaphoreSlim lane, CancellationToken cancellationToken)
    {
        var asked = _clock.GetTimestamp();
        Interlocked.Increment(ref _waiting);
        try
        {
            if (!await lane.WaitAsync(_limit, cancellationToken).ConfigureAwait(false))
            {
                throw new PawlException(
                    "storage_busy",
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"No connection to PostgreSQL came free within {Durations.Format(_limit)}: all {_most} of this process are in "
                        + $"use. ")
                    + "Nothing was stored; ask again. If it goes on, raise Pawl:Postgres:PoolMax, or find out what holds them.");
            }

            return lane;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
            Waits.Add(_clock.GetElapsedTime(asked));
        }
    }
}
