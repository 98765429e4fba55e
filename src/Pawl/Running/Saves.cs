using Microsoft.Extensions.Logging;
using Pawl.Storage;
using Pawl.Telemetry;

namespace Pawl.Running;

/// <summary>Stores what running attempts have to say, many in one call, and knows which of them hold something back.</summary>
internal sealed class Saves : IDisposable
{
    /// <summary>How long progress and log lines wait for company.</summary>
    public static readonly TimeSpan Age = TimeSpan.FromSeconds(1);

    private const int MostInCall = 200;

    private readonly Batches<Saving, SaveReply> _batches;
    private readonly Lock _gate = new();
    private readonly Queue<(AttemptContext Attempt, long Since)> _dirty = new();
    private readonly TimeProvider _clock;

    public Saves(IJobStore store, WorkerOptions options, TimeProvider clock, ILogger logger)
    {
        _clock = clock;
        _batches = new(clock, MostInCall)
        {
            Call = (savings, token) => store.SaveAsync([.. savings.Select(saving => saving.Save)], clock.GetUtcNow(), token),
            Answered = static (saving, reply) => saving.Done.TrySetResult(reply),
            Failed = static (saving, error) => saving.Done.TrySetException(error),
            Abandoned = static saving => saving.Done.TrySetException(new PawlException(
                "storage_unavailable", "The host has stopped, and this could not be stored before: the store did not take it in time.")),
            Troubled = (_, _, error) => Log.SaveFailed(logger, error),
            Cured = static () => { },
            GiveUpAfter = options.LeaseTtl,
        };
    }

    /// <summary>Called when an attempt begins to hold something back.</summary>
    public Action Woken { get; set; } = static () => { };

    public bool IsClean
    {
        get
        {
            lock (_gate)
            {
                return _dirty.Count == 0;
            }
        }
    }

    public Task<SaveReply> StoreAsync(AttemptSave save)
    {
        var saving = new Saving(save);
        _batches.Add(saving);
        return saving.Done.Task;
    }

    /// <summary>Notes that an attempt holds something back, so that it is stored within about a second.</summary>
    public void Touch(AttemptContext attempt)
    {
        lock (_gate)
        {
            _dirty.Enqueue((attempt, _clock.GetTimestamp()));
        }

        Woken();
    }

    /// <summary>Those that have held something back long enough.</summary>
    public List<AttemptContext>? TakeDue()
    {
        List<AttemptContext>? due = null;
        lock (_gate)
        {
            while (_dirty.TryPeek(out var first) && _clock.GetElapsedTime(first.Since) >= Age)
            {
                (due ??= []).Add(_dirty.Dequeue().Attempt);
            }
        }

        return due;
    }

    public Task RunAsync(CancellationToken hurry) => _batches.RunAsync(hurry);

    public void Close() => _batches.Close();

    public void Dispose() => _batches.Dispose();

    private sealed class Saving(AttemptSave save)
    {
        public AttemptSave Save => save;

        public TaskCompletionSource<SaveReply> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
