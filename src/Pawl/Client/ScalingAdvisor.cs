using System.Globalization;
using Pawl.Storage;

namespace Pawl.Client;

/// <summary>Advises on the number of workers by what the store has counted. What it said before it remembers for each question.</summary>
internal sealed class ScalingAdvisor(IJobStore store, ScalingOptions options, TimeProvider clock) : IScaling
{
    private const int MostQuestions = 1_000;
    private const int UsualSlots = 10;
    private const int Minutes = 10;

    private readonly long _started = clock.GetTimestamp();
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ScalingMemory> _memories = new(StringComparer.Ordinal);

    public async ValueTask<ScalingAdvice> AdviseAsync(
        string? queue = null, string? type = null, Scope? scope = null, CancellationToken cancellationToken = default)
    {
        scope ??= Scope.All;
        var now = clock.GetUtcNow();
        var lines = (await store.LinesAsync(cancellationToken)).Where(line => IsAsked(line.Queue, line.Type)).ToList();
        var minutes = (await store.RollupsAsync(
            new RollupQuery(now.AddMinutes(-Minutes), TimeSpan.FromMinutes(1), Times: true), cancellationToken))
            .Where(one => IsAsked(one.Queue, one.Type)).ToList();
        var workers = (await store.WorkersAsync(cancellationToken))
            .Where(worker => worker is { Gone: false, Dead: false, Draining: false } && lines.Exists(line => Serves(worker, line)))
            .ToList();
        return Advise(
            $"{queue}|{type}|{string.Join(',', scope.Queues ?? [])}|{string.Join(',', scope.Types ?? [])}",
            new Load(lines, minutes, workers, now));

        bool IsAsked(string ofQueue, string ofType) =>
            (queue is null || queue == ofQueue) && (type is null || type == ofType) && scope.Sees(ofQueue, ofType);
    }

    private ScalingAdvice Advise(string question, Load load)
    {
        var slots = load.Workers.Count == 0 ? UsualSlots : Math.Max(1, load.Workers.Average(worker => worker.Facts.Slots));
        var wanted = load.Lines.Count == 0
            ? 0
            : Scaling.Workers(load.Arrivals, load.Service, load.Runnable, options.DrainTarget, slots, options.Min, options.Max);
        if (load.Running + load.Runnable > 0)
        {
            wanted = Math.Max(1, wanted);   // also before anything has run that a mean could be taken of
        }

        return new ScalingAdvice
        {
            Desired = Math.Max(Said(question, wanted, load.Workers.Count), load.Running > 0 ? 1 : 0),
            Current = load.Workers.Count,
            Running = load.Running,
            Runnable = load.Runnable,
            NotRunnable = load.Held + load.Paused,
            ArrivalPerSecond = Math.Round(load.Arrivals, 3),
            Service = load.Service,
            DrainTarget = options.DrainTarget,
            Min = options.Min,
            Max = options.Max,
            Reason = load.Reason,
        };
    }

    private int Said(string question, int wanted, int present)
    {
        lock (_gate)
        {
            if (_memories.Count > MostQuestions)
            {
                _memories.Clear();   // somebody asks for names nobody has
            }

            var next = Scaling.Next(_memories.GetValueOrDefault(question), wanted, present, clock.GetElapsedTime(_started));
            _memories[question] = next;
            return next.Said;
        }
    }

    private static bool Serves(WorkerRow worker, LineFacts line) =>
        worker.Facts.Serves(line.Queue) && worker.Facts.Types.Contains(line.Type);

    /// <summary>What is asked about, summed up.</summary>
    private sealed class Load(List<LineFacts> lines, List<Rollup> minutes, List<WorkerRow> workers, DateTimeOffset now)
    {
        private static bool IsPaused(LineFacts line) => line.QueuePausedAt is not null || line.TypePausedAt is not null;

        public List<LineFacts> Lines => lines;

        public List<WorkerRow> Workers => workers;

        public long Running => lines.Sum(line => line.Counts.GetValueOrDefault(JobState.Running));

        public long Held => lines.Where(line => !IsPaused(line)).Sum(line => line.Held);

        public long Paused => lines.Where(IsPaused).Sum(line => line.Counts.GetValueOrDefault(JobState.Queued));

        public long Runnable => lines.Where(line => !IsPaused(line))
            .Sum(line => line.Counts.GetValueOrDefault(JobState.Queued) - line.Held + line.Deferred);

        public double Arrivals => Scaling.Average(ByMinute(static all => all.Sum(one => one.Created) / 60.0)
            .Append(Rates.PerSecond(minutes, now, static one => one.Created)));

        public TimeSpan Service => TimeSpan.FromSeconds(Math.Round(Scaling.Average(ByMinute(static all => all).Select(static all =>
            Rates.Mean(all, static one => one.Run, Rates.Sum(all, static one => one.Runs).Count)?.TotalSeconds)
            .OfType<double>()), 3));

        public string Reason
        {
            get
            {
                var parts = new List<string>
                {
                    lines.Count == 0 ? "nothing is known by this name" : Runnable > 0 ? "backlog" : Arrivals > 0 ? "arrivals" : "idle",
                };
                Add(Held, "wait for a key");
                Add(Paused, "are paused");
                return string.Join("; ", parts);

                void Add(long count, string what)
                {
                    if (count > 0)
                    {
                        parts.Add(string.Create(CultureInfo.InvariantCulture, $"{count} jobs {what}"));
                    }
                }
            }
        }

        /// <summary>Of each whole minute, from the first that something happened in; this one is not over.</summary>
        private IEnumerable<T> ByMinute<T>(Func<List<Rollup>, T> what)
        {
            var begun = new DateTimeOffset(now.UtcTicks - (now.UtcTicks % TimeSpan.TicksPerMinute), TimeSpan.Zero);
            var first = minutes.Count == 0 ? begun : minutes.Min(static one => one.At);
            for (var at = first; at < begun; at = at.AddMinutes(1))
            {
                yield return what(minutes.FindAll(one => one.At == at));
            }
        }
    }
}
