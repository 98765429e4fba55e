using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;
using Pawl.Storage;
using Pawl.Telemetry;

namespace Pawl.Maintenance;

/// <summary>Ends the attempts of workers that fell silent: their beat did not change for the whole lease, on this process's own monotonic
/// clock.</summary>
internal sealed class Sweeper(IJobStore store, ChoreSettings settings, Func<long?> self, TimeProvider clock, ILogger logger) : IChore
{
    // Nobody to watch but ourselves: a worker that joins is seen soon enough.
    private static readonly TimeSpan Alone = TimeSpan.FromSeconds(3);

    private readonly Silence<long, long> _silence = new(clock);
    private readonly HashSet<long> _reported = [];
    private TimeSpan _planned;

    public string Name => "sweeper";

    public TimeSpan Limit => TimeSpan.FromSeconds(30);

    public Alarm Alarm { get; } = new();

    public TimeSpan Begin(long term)
    {
        _silence.Restart();
        _planned = settings.Look;
        return TimeSpan.Zero;
    }

    public async ValueTask<TimeSpan> StepAsync(long term, CancellationToken cancellationToken)
    {
        if (!_silence.Begin(_planned))
        {
            Log.SweeperStalled(logger, _planned);
        }

        var workers = await store.WorkersAsync(cancellationToken);
        var lost = new List<(WorkerRow Worker, string Why)>();
        var alone = true;
        foreach (var worker in workers)
        {
            if (worker.Gone && worker.Running == 0)
            {
                continue;
            }

            alone &= worker.Id == self();
            var silent = _silence.Observe(worker.Id, worker.Beat);
            if (Verdict(worker, silent) is { } why)
            {
                lost.Add((worker, why));
            }
        }

        _silence.End();
        var more = await LoseAsync(lost, term, cancellationToken);

        // The rest of a large loss at once, but with a look at the others in between: a long one would pass for a stall of our own.
        _planned = alone && lost.Count == 0 ? Alone : settings.Look;
        return more ? TimeSpan.Zero : _planned;
    }

    /// <summary>Why a worker's attempts must end; null while they may go on.</summary>
    private string? Verdict(WorkerRow worker, TimeSpan silent) =>
        worker.Dead ? "its process is dead"
        : worker.Gone ? "it has left and still held leases"
        : silent >= Ttl(worker) ? $"no sign of life for {(long)silent.TotalSeconds} s"
        : null;

    private TimeSpan Ttl(WorkerRow worker) => worker.Facts.Remote ? settings.RemoteLeaseTtl : settings.LeaseTtl;

    /// <summary>Ends one page of attempts of each lost worker; one that cannot be ended does not keep the others.</summary>
    private async ValueTask<bool> LoseAsync(List<(WorkerRow Worker, string Why)> lost, long term, CancellationToken cancellationToken)
    {
        var more = false;
        var failures = 0;
        Exception? failed = null;
        foreach (var (worker, why) in lost)
        {
            try
            {
                var request = new LoseRequest
                {
                    Term = term,
                    WorkerId = worker.Id,
                    SeenBeat = worker.Beat,
                    Now = clock.GetUtcNow(),
                    LossCap = settings.LossCap,
                };
                var reply = await store.LoseAsync(request, cancellationToken);
                if (!reply.Accepted)
                {
                    continue;   // it beat after all, or we lead no more
                }

                more |= reply.More;
                Tell(worker, why, reply.Lost);
                _reported.Remove(worker.Id);
            }
            catch (Exception error) when (!cancellationToken.IsCancellationRequested)
            {
                failed = error;
                failures++;
                if (_reported.Add(worker.Id))
                {
                    Log.WorkerNotSwept(logger, worker.Id, worker.Facts.Name, error);
                }
            }
        }

        // One that fails is a bad row and is tried again with the next look; when all do, it is the store, and we back off.
        if (failed is not null && failures == lost.Count)
        {
            ExceptionDispatchInfo.Throw(failed);
        }

        return more;
    }

    private void Tell(WorkerRow worker, string why, IReadOnlyList<LostJob> lost)
    {
        var queued = 0;
        foreach (var job in lost)
        {
            queued += job.State == JobState.Queued ? 1 : 0;
            if (job.State == JobState.Failed)
            {
                Log.CrashLoop(logger, job.Job.Value, job.Attempt, settings.LossCap);
            }
        }

        Log.WorkerLost(logger, worker.Id, worker.Facts.Name, why, lost.Count, queued);
    }
}
