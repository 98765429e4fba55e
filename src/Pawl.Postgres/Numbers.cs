namespace Pawl.Postgres;

/// <summary>Numbers for new jobs that the commit before brought along: the next one needs no round trip to ask for its own.</summary>
internal sealed class Numbers(TimeProvider clock)
{
    /// <summary>Older ones are left unused: numbers tell, about, which job came first.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly Queue<(long[] Ids, long Pack, long At)> _drawn = [];
    private int _era;

    /// <summary>Changes whenever higher numbers were given to somebody else of this process.</summary>
    public int Era => Volatile.Read(ref _era);

    /// <summary>Numbers for so many jobs, and one for their events; null when none are at hand.</summary>
    public (ReadOnlyMemory<long> Ids, long Pack)? Take(int count)
    {
        lock (_gate)
        {
            while (_drawn.TryDequeue(out var drawn))
            {
                if (drawn.Ids.Length >= count && clock.GetElapsedTime(drawn.At) <= Lifetime)
                {
                    return (drawn.Ids.AsMemory(0, count), drawn.Pack);
                }
            }

            return null;
        }
    }

    /// <summary>Keeps numbers for the next, unless higher ones were given out since they were asked for: who was answered must get a
    /// higher one at his next call.</summary>
    public void Keep(long[] ids, long pack, int era)
    {
        lock (_gate)
        {
            if (era == _era)
            {
                _drawn.Enqueue((ids, pack, clock.GetTimestamp()));
            }
        }
    }

    /// <summary>Leaves what is at hand unused.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            _era++;
            _drawn.Clear();
        }
    }
}
