using Pawl.Storage;

namespace Pawl.Simulation.Tests.Proofs;

/// <summary>What must hold when everything has come to rest.</summary>
internal sealed partial class Referee
{
    /// <summary>Compares what is stored with what must be.</summary>
    public async Task CheckEndAsync()
    {
        await ReadEventsAsync();
        var ids = _jobs.Keys.Select(id => new JobId(id)).ToList();
        foreach (var lost in _promised.Where(id => !_jobs.ContainsKey(id)))
        {
            report.Breaks("G1", $"job {lost} was acknowledged, and nobody knows it");
        }

        var rows = new Dictionary<long, Job>();
        foreach (var page in ids.Chunk(500))
        {
            foreach (var row in await Store.GetAsync(page, CancellationToken.None))
            {
                rows.Add(row.Id.Value, row);
            }
        }

        foreach (var job in _jobs.Values)
        {
            Compare(job, rows.GetValueOrDefault(job.Id.Value));
        }

        (report.Events, report.Jobs) = (_lastSeq, _jobs.Count);
    }

    /// <summary>Compares what a stream sent with the table.</summary>
    public void CheckStream(string reader, IReadOnlyList<EventRecord> sent)
    {
        for (var n = 0; n < sent.Count; n++)
        {
            if (n >= Events.Count || sent[n] != Events[n])
            {
                report.Breaks("G21", $"{reader} was sent event {sent[n].Seq} ({sent[n].Kind}) as number {n + 1}");
                return;
            }
        }
    }

    private void Compare(JobModel job, Job? row)
    {
        if (row is null)
        {
            report.Breaks("G1", $"job {job.Id} is not stored any more");
            return;
        }

        if (job.State is not { } state)
        {
            report.Breaks("G8", $"no event tells of the creation of job {job.Id}");
            return;
        }

        var stored = (row.State, row.Generation, row.Attempt, row.Failures, row.Losses);
        var known = (state, job.Generation, job.Attempt, job.Failures, job.Losses);
        var byCancel = job.State == JobState.Cancelled;   // a loss or a failure that ends so is counted in the row and has one event
        if (byCancel ? stored with { Failures = 0, Losses = 0 } != known with { Failures = 0, Losses = 0 } : stored != known)
        {
            report.Breaks("G8", $"job {job.Id} is stored as {stored} and its events say {known}");
        }

        if (job.Unended > (job.State == JobState.Running ? 1 : 0))
        {
            report.Breaks("G5", $"{job.Unended} starts of job {job.Id} have no end");
        }
    }
}
