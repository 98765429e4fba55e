using System.Globalization;

namespace Pawl;

/// <summary>Reckons a score from 0 to 100: 100 minus named deductions, not below 0, rounded down.</summary>
internal static class Health
{
    /// <summary>Below so many ended attempts a share of failures says nothing.</summary>
    private const int FewestEnded = 20;

    private static readonly TimeSpan WorkerGrace = TimeSpan.FromSeconds(60);

    /// <summary>The health of one queue.</summary>
    public static HealthReport Of(HealthFacts facts)
    {
        var deductions = new List<HealthDeduction>();
        var sum = 0.0;

        if (facts.Ended >= FewestEnded)
        {
            Deduct("failures", 40 * Share(facts.Failed, 0.25 * facts.Ended), $"{facts.Failed} of {facts.Ended} attempts failed in 1 h");
        }

        if (facts.OldestRunnable is { } oldest && !facts.Paused)
        {
            var late = oldest - facts.StartTarget;
            Deduct(
                "waiting",
                35 * Share(late.TotalSeconds, 3 * facts.StartTarget.TotalSeconds),
                $"oldest runnable job waits {Seconds(oldest)} s, target {Seconds(facts.StartTarget)} s");
        }

        Deduct(
            "lost_or_stuck",
            40 * Share(facts.Lost + facts.Stuck, 0.10 * facts.Started),
            $"{Count(facts.Lost, "attempt")} lost and {Count(facts.Stuck, "job")} stuck; {facts.Started} started in 1 h");
        Deduct("dead_letters", 10 * Share(facts.NewDeadLetters, 50), $"{Count(facts.NewDeadLetters, "new dead letter")} in 24 h");

        if (facts.WithoutWorker is { } without && without >= WorkerGrace)
        {
            Deduct("no_worker", 40, $"runnable work has had no live worker for {Seconds(without)} s");
        }

        Deduct(
            "circuits",
            10 * Share(facts.OpenCircuits.Count, 2),
            $"{Count(facts.OpenCircuits.Count, "open circuit")} with jobs behind: {string.Join(", ", facts.OpenCircuits)}");

        if (facts.ConnectionWait is { } wait)
        {
            var (waited, limit) = (wait.TotalMilliseconds, facts.ConnectionLimit.TotalMilliseconds);
            Deduct("connections", 10 * Share(waited, limit), $"p95 wait for a connection {waited:0} ms, limit {limit:0} ms");
        }

        if (facts.WaitingForSchema)
        {
            Deduct("store", 40, $"waiting for the schema");
        }
        else if (facts.StoreFailed)
        {
            Deduct("store", 40, $"the last call of the store failed");
        }

        // Doubles: 30 points may come out as 30.000000000000004, and then a score of 70 would be shown as 69.
        var score = (int)Math.Floor(100 - Math.Round(sum, 9));
        return new(facts.Queue, Math.Max(0, score), deductions);

        void Deduct(string name, double points, FormattableString because)
        {
            if (points > 0)
            {
                sum += points;
                deductions.Add(new(name, Math.Round(points, 1, MidpointRounding.AwayFromZero), FormattableString.Invariant(because)));
            }
        }
    }

    /// <summary>The health of the installation: that of its worst queue, the first by name among equals. Without queues 100.</summary>
    public static HealthReport Overall(IEnumerable<HealthReport> queues) =>
        queues.OrderBy(queue => queue.Score).ThenBy(queue => queue.Queue, StringComparer.Ordinal).FirstOrDefault() ?? new(null, 100, []);

    /// <summary>A part of a whole, 0 to 1. Something of nothing is all of it.</summary>
    private static double Share(double part, double whole) =>
        part <= 0 ? 0
        : whole <= 0 ? 1
        : Math.Min(1, part / whole);

    private static long Seconds(TimeSpan length) => (long)length.TotalSeconds;

    private static string Count(long count, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");
}
