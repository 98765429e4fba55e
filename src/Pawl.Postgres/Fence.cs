using Pawl.Storage;

namespace Pawl.Postgres;

/// <summary>A running attempt whose lease holds, as its own row tells; the row is locked.</summary>
internal sealed record FencedJob(
    int LineId,
    int Generation,
    string? UniqueKey,
    string? ConcurrencyKey,
    long StartedAt,
    long StartedPack,
    long RunAt,
    bool CancelRequested,
    int Failures,
    int Snoozes,
    int Priority,
    long WorkerId,
    int Recoveries,
    bool Awaited)
{
    public Line Line { get; init; } = null!;
}

/// <summary>The check that every write of a running attempt passes: job, attempt, token, and that it runs.</summary>
internal static class Fence
{
    private const string SelectFenced = """
        select line_id, generation, unique_key, concurrency_key, started_at, started_pack, run_at, cancel_requested_at is not null,
            failures, snoozes, priority, worker_id, recoveries, awaited
        from pawl.job_state
        where id = $1 and state = 'running' and attempt = $2 and lease_token = $3
        for update
        """;

    /// <summary>The job of a lease, if that lease still holds. It has a row of its own from then on.</summary>
    public static async ValueTask<FencedJob?> PassAsync(Batch batch, Lease lease)
    {
        var (job, attempt, token) = lease;
        await Plain.WriteOutAsync(batch, job.Value).ConfigureAwait(false);
        var fenced = await batch.Db.Use(SelectFenced).Bind(job).Bind(attempt).Bind(token).FirstAsync(static row => new FencedJob(
            row.Int(0), row.Int(1), row.TextOrNull(2), row.TextOrNull(3), row.Long(4), row.Long(5), row.Long(6), row.Flag(7), row.Int(8),
            row.Int(9), row.Int(10), row.Long(11), row.Int(12), row.Flag(13))).ConfigureAwait(false);
        return fenced is null ? null : fenced with { Line = await batch.LineAsync(fenced.LineId).ConfigureAwait(false) };
    }
}
