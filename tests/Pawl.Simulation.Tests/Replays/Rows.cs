using Pawl.Storage;

namespace Pawl.Simulation.Tests.Replays;

/// <summary>All that a store has to show, once nobody changes it any more.</summary>
internal static class Rows
{
    private const int Page = 500;
    private static readonly DateTimeOffset Ever = DateTimeOffset.UnixEpoch;

    public static async Task<IReadOnlyList<(string What, string Text)>> OfAsync(IJobStore store, CancellationToken cancellationToken)
    {
        var rows = new List<(string, string)>();
        var events = new List<EventRecord>();
        while (await store.EventsAsync(new(events.Count == 0 ? 0 : events[^1].Seq, Page), cancellationToken) is { Count: > 0 } more)
        {
            events.AddRange(more);
        }

        rows.Add(("numbers of events", Answer.Of(events.Select(happened => happened.Seq))));
        rows.Add(("events of no job", Answer.Of(events.Where(happened => happened.JobId is null).Select(Unnumbered))));
        foreach (var id in events.Select(happened => happened.JobId).OfType<JobId>().Distinct().Order())
        {
            rows.Add(($"job {id}", Answer.Of(await store.GetAsync([id], cancellationToken))));
            rows.Add(($"attempts of job {id}", Answer.Of(await store.AttemptsAsync(id, cancellationToken))));
            rows.Add((
                $"events of job {id}",
                Answer.Of((await store.EventsAsync(new(Limit: Page, Job: id), cancellationToken)).Select(Unnumbered))));
            rows.Add(($"log of job {id}", Answer.Of(await store.LogAsync(new(id), cancellationToken))));
            rows.Add(($"tree of job {id}", Answer.Of(await store.TreeAsync(id, cancellationToken))));
            rows.Add(($"what holds job {id}", Answer.Of(await store.WhyAsync(id, cancellationToken))));
        }

        rows.Add(("lines", Answer.Of(await store.LinesAsync(cancellationToken))));
        rows.Add(("workers", Answer.Of(await store.WorkersAsync(cancellationToken))));
        rows.Add(("queues", Answer.Of(await store.QueuesAsync(cancellationToken))));
        rows.Add(("pauses", Answer.Of(await store.PausesAsync(cancellationToken))));
        rows.Add(("minutes", Answer.Of(await store.MinutesAsync(Ever, cancellationToken))));
        rows.Add(("failures", Answer.Of(
            (await store.FailuresAsync(new(Ever), cancellationToken))
            .OrderBy(row => row.Fingerprint, StringComparer.Ordinal).ThenBy(row => row.Queue, StringComparer.Ordinal)
            .Select(row => (row.Fingerprint, row.Queue, row.Type, row.FirstSeen, row.LastSeen, row.Dead, row.Hours)))));
        rows.Add(("audit", Answer.Of(await store.AuditEntriesAsync(new(Limit: Page), cancellationToken))));
        return rows;
    }

    /// <summary>In which order one commit tells of several jobs is each store's own matter; so is which of two that failed alike in it
    /// stands for both.</summary>
    private static EventRecord Unnumbered(EventRecord happened) => happened with { Seq = 0 };
}
