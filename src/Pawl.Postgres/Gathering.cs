namespace Pawl.Postgres;

/// <summary>Calls that arrive while a commit runs share the next one. No timer and no delay: a lone call is stored at once, under load the
/// groups grow by themselves.</summary>
/// <remarks>Two groups are stored at a time: while one waits for the disk the other is on its way. Nothing runs while nothing
/// waits.</remarks>
/// <param name="store">Stores a group, answers each of its calls, or throws: then all of them fail by that.</param>
internal sealed class Gathering(Func<List<Gathered>, Task> store)
{
    private const int MostFlushers = 2;
    private const int MostJobs = 1_000;
    private const int MostWaiting = 20_000;

    private readonly Lock _gate = new();
    private readonly Queue<Gathered> _waiting = [];
    private int _flushers;
    private TaskCompletionSource? _closed;

    /// <summary>Whether more than one group is on its way.</summary>
    public bool IsBusy
    {
        get
        {
            lock (_gate)
            {
                return _flushers > 1 || _waiting.Count > 0;
            }
        }
    }

    /// <summary>Whether nothing waits and nobody is at it any more, which may be a moment after the last answer.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_gate)
            {
                return _flushers == 0;
            }
        }
    }

    /// <summary>Hands a call in. It is answered, failed or given up by its own task.</summary>
    public void Add(Gathered call)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed is not null, typeof(PostgresStore));
            if (_waiting.Count >= MostWaiting)
            {
                throw new PawlException(
                    "storage_unavailable",
                    $"The store has {MostWaiting} calls waiting and takes no more. "
                    + "Ask again in a few seconds; if it goes on, the server is too slow.");
            }

            _waiting.Enqueue(call);
            if (_flushers == MostFlushers)
            {
                return;
            }

            _flushers++;
        }

        // On a thread of the pool: what belongs to this caller, such as its trace, must not become that of all who come later.
        ThreadPool.UnsafeQueueUserWorkItem(static all => _ = all.FlushAsync(), this, preferLocal: false);
    }

    /// <summary>Refuses what comes from now on and what waits; done when what is on its way has ended.</summary>
    public async ValueTask CloseAsync()
    {
        TaskCompletionSource closed;
        List<Gathered> waiting = [];
        lock (_gate)
        {
            closed = _closed ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting.AddRange(_waiting);
            _waiting.Clear();
            if (_flushers == 0)
            {
                closed.TrySetResult();
            }
        }

        waiting.ForEach(static call => call.Fail(new ObjectDisposedException(nameof(PostgresStore))));
        await closed.Task.ConfigureAwait(false);
    }

    private async Task FlushAsync()
    {
        while (Take() is { } group)
        {
            try
            {
                await store(group).ConfigureAwait(false);
            }
            catch (Exception error)
            {
                group.ForEach(call => call.Fail(error));
            }

            // Behind those who were just answered: what they hand in next comes with this group.
            await Task.Yield();
        }
    }

    private List<Gathered>? Take()
    {
        var group = new List<Gathered>();
        lock (_gate)
        {
            for (var jobs = 0; _waiting.TryPeek(out var next) && (jobs == 0 || jobs + next.Jobs <= MostJobs);)
            {
                _waiting.Dequeue();
                if (!next.GaveUp())
                {
                    group.Add(next);
                    jobs += next.Jobs;
                }
            }

            if (group.Count > 0)
            {
                return group;
            }

            if (--_flushers == 0)
            {
                _closed?.TrySetResult();
            }

            return null;
        }
    }
}
