using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;
using Pawl.Storage;

namespace Pawl.Sqlite;

/// <summary>The one thread that writes. Calls that arrive while a commit runs share the next one: many callers, one flush to
/// disk.</summary>
/// <remarks>
/// <para>No timer and no delay: a lone call is committed at once, under load the batch grows by itself. A caller is answered after the
/// commit, never before.</para>
/// <para>There are no savepoints. Calls check before they write, so an exception is rare; when one comes, the whole transaction is rolled
/// back and each call runs again in a transaction of its own, so that one bad call fails alone.</para>
/// <para>After a failed flush (an I/O error at the commit) nothing is known about the disk, and the writer stops for good: only a new
/// process reads what is really there.</para>
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "Who comes after the end may still signal it, and it makes no handle of the system.")]
internal sealed class Writer
{
    private const int MostCalls = 1000;
    private const int MostWaiting = 20_000;

    private readonly Batch _batch;
    private readonly ConcurrentQueue<Call> _waiting = new();
    private readonly ManualResetEventSlim _arrived = new(false, spinCount: 1);   // spinning would take a core from those we wait for
    private readonly List<Call> _calls = new(MostCalls);
    private readonly Lock _inline = new();
    private readonly Thread? _thread;
    private int _count;
    private int _signalled;
    private volatile bool _closing;
    private volatile bool _closed;
    private readonly TaskCompletionSource<PawlException> _failure = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile PawlException? _failed;
    private volatile bool _refuses;

    public Writer(Batch batch, bool inline)
    {
        _batch = batch;
        if (!inline)
        {
            _thread = new Thread(Loop) { IsBackground = true, Name = "Pawl SQLite writer" };
            _thread.Start();
        }
    }

    /// <summary>How long calls waited for their commit.</summary>
    public Waits Waits { get; } = new(TimeProvider.System);

    /// <summary>Whether it has stopped for good because nothing is known about the disk.</summary>
    public bool HasFailed => _failed is not null;

    /// <summary>Whether the disk took nothing when it was last asked to: it is full, or read-only.</summary>
    public bool Refuses => _refuses;

    /// <summary>Ends with the reason when it does.</summary>
    public Task<PawlException> Failed => _failure.Task;

    /// <summary>Runs work in a transaction; done after its commit. A caller that gives up is let go at once: work that has not begun is
    /// never done, of work that has begun it does not learn the end.</summary>
    public ValueTask<T> WriteAsync<T>(Func<Batch, T> work, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_failed is { } failed)
        {
            throw failed;
        }

        ObjectDisposedException.ThrowIf(_closing, this);
        var call = new Call<T>(work, cancellationToken);
        if (_thread is null)
        {
            lock (_inline)
            {
                ObjectDisposedException.ThrowIf(_closed, this);
                _calls.Add(call);
                Commit();
            }

            return new ValueTask<T>(call.Task);
        }

        if (Interlocked.Increment(ref _count) > MostWaiting)
        {
            Interlocked.Decrement(ref _count);
            throw new PawlException(
                "storage_unavailable",
                $"The store has {MostWaiting} writes waiting and takes no more. "
                + "Ask again in a few seconds; if it goes on, the disk is too slow.");
        }

        _waiting.Enqueue(call);
        if (Interlocked.Exchange(ref _signalled, 1) == 0)
        {
            _arrived.Set();
        }

        if (_closed)
        {
            FailWaiting();   // it came between the last look of the closing and its end
        }

        return new ValueTask<T>(cancellationToken.CanBeCanceled ? call.Task.WaitAsync(cancellationToken) : call.Task);
    }

    /// <summary>Runs work on the writing connection between two transactions; in memory, reads come this way too.</summary>
    /// <exception cref="ObjectDisposedException">The store was closed.</exception>
    public T Exclusive<T>(Func<Connection, T> work)
    {
        lock (_inline)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            try
            {
                return work(_batch.Db);
            }
            catch
            {
                _batch.Db.ResetAll();   // the next who uses its statement would find it at work
                throw;
            }
        }
    }

    /// <summary>Ends the writing: what waits is written, then the last work is done, and from then on nobody uses the connection: it may
    /// be closed.</summary>
    public void Close(Action last)
    {
        _closing = true;
        _arrived.Set();
        _thread?.Join();
        lock (_inline)
        {
            // who uses the connection on a thread of his own is done first, and who comes after is told
            try
            {
                last();
            }
            finally
            {
                _closed = true;
            }
        }

        FailWaiting();
    }

    private void FailWaiting()
    {
        while (_waiting.TryDequeue(out var call))
        {
            call.Fail(new ObjectDisposedException(nameof(SqliteStore)));
        }
    }

    private void Loop()
    {
        while (true)
        {
            if (_waiting.IsEmpty)
            {
                if (_closing)
                {
                    return;
                }

                _arrived.Wait();
                _arrived.Reset();
            }

            // Before taking: a call that comes after the last take signals anew. A plain write could be seen after the take has looked.
            Interlocked.Exchange(ref _signalled, 0);
            var taken = 0;
            for (; _calls.Count < MostCalls && _waiting.TryDequeue(out var call); taken++)
            {
                if (!call.GaveUp())
                {
                    _calls.Add(call);
                }
            }

            Interlocked.Add(ref _count, -taken);
            if (_calls.Count > 0)
            {
                lock (_inline)
                {
                    Commit();
                }
            }
        }
    }

    private void Commit()
    {
        if (!TryTogether(_calls) && _calls.Count > 0)
        {
            foreach (var call in _calls)
            {
                TryTogether([call], alone: true);
            }
        }

        _calls.Clear();
    }

    private bool TryTogether(List<Call> calls, bool alone = false)
    {
        if (_failed is { } failed)
        {
            FailAll(calls, failed);
            return true;
        }

        var committing = false;
        try
        {
            _batch.Db.Execute("begin immediate");
            foreach (var call in calls)
            {
                call.Run(_batch);
            }

            _batch.Flush();
            committing = true;
            _batch.Db.Execute("commit");
        }
        catch (Exception error)
        {
            // A file system that has become read-only takes no byte: what it holds is known, unlike after a flush that failed.
            var why = StorageErrors.Explain(error, _batch.Db.SystemError);
            Rollback();
            if (committing && error is SqliteException { SqliteErrorCode: 10 } && why is not PawlException { Code: "storage_readonly" })
            {
                Fail(new PawlException(
                    "storage_failed",
                    "The disk reported an error while a commit was flushed, so what it holds is unknown. "
                    + "Nothing more is acknowledged; restart the process to read it anew.",
                    error,
                    exitCode: 70));
            }

            if (alone || committing || _failed is not null)
            {
                Refuse(calls, why);
                return true;
            }

            if (calls.Count == 1)
            {
                Refuse(calls, why);
                return true;
            }

            return false;
        }

        _refuses = false;
        Meters.Commits.Add(1);
        Meters.Writes.Add(calls.Count);
        _batch.Committed();
        foreach (var call in calls)
        {
            Waits.Add(call.Waited);
            call.Answer();
        }

        return true;
    }

    private void Rollback()
    {
        try
        {
            _batch.Db.ResetAll();
            if (_batch.Db.InTransaction)
            {
                _batch.Db.Execute("rollback");
            }

            _batch.Load();
        }
        catch (Exception error)
        {
            // Whatever it is: on this thread it would end the process, and without what Load reads nothing may be written.
            Fail(new PawlException(
                "storage_failed",
                $"A transaction could not be rolled back ({error.Message}). Nothing more is acknowledged; restart the process.",
                error,
                exitCode: 70));
        }
    }

    private void Fail(PawlException reason)
    {
        _failed = reason;
        _failure.TrySetResult(reason);
    }

    private void Refuse(List<Call> calls, Exception why)
    {
        _refuses |= why is PawlException { Code: "storage_full" or "storage_readonly" };
        FailAll(calls, _failed ?? why);
    }

    private static void FailAll(List<Call> calls, Exception error)
    {
        foreach (var call in calls)
        {
            call.Fail(error);
        }
    }

    private abstract class Call
    {
        /// <summary>Whether its caller waits no more; then it is ended.</summary>
        public abstract bool GaveUp();

        /// <summary>How long ago it was asked for.</summary>
        public abstract TimeSpan Waited { get; }

        public abstract void Run(Batch batch);

        public abstract void Answer();

        public abstract void Fail(Exception error);
    }

    private sealed class Call<T>(Func<Batch, T> work, CancellationToken cancellationToken) : Call
    {
        // Asynchronously, or a caller's next steps would run on the writer's thread and hold up everybody's commit.
        private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly long _asked = TimeProvider.System.GetTimestamp();
        private T _value = default!;

        public Task<T> Task => _done.Task;

        public override bool GaveUp() => cancellationToken.IsCancellationRequested && _done.TrySetCanceled(cancellationToken);

        public override TimeSpan Waited => TimeProvider.System.GetElapsedTime(_asked);

        public override void Run(Batch batch) => _value = work(batch);

        public override void Answer() => _done.TrySetResult(_value);

        public override void Fail(Exception error)
        {
            _done.TrySetException(error);
            _ = _done.Task.Exception;   // seen: who gave up waiting does not look, and nobody else should hear of it as unobserved
        }
    }
}
