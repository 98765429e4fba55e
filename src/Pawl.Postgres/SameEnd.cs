using Pawl.Storage;

namespace Pawl.Postgres;

/// <summary>Tells the end that was stored, told once more, from another report of the same attempt.</summary>
internal sealed partial class PostgresStore
{
    private const string SelectSettled = """
        select a.outcome, a.error, a.next_run_at, a.ended_at, e.result, e.degraded
        from pawl.attempt_all a left join pawl.job_end e on e.id = a.job_id
        where a.job_id = $1 and a.attempt = $2 and a.lease_token = $3
        """;

    /// <summary>Whether an attempt has ended as is told now. What the engine made of the report is not asked: a worker that repeats itself
    /// is ruled anew, with another jitter.</summary>
    private static async ValueTask<bool> IsTheSameAsync(Session db, Settlement end, long now) =>
        await db.Use(SelectSettled).Bind(end.Lease.Job).Bind(end.Lease.Attempt).Bind(end.Lease.Token)
            .ValueAsync(row => row.Text(0) == Words.Of(end.Outcome)
                && IsTheSame(StoreJson.ReadError(row.TextOrNull(1)), end.Error)
                && (end.Error is not null || IsTheSameWait(row, end, now))
                && (end.Outcome != Outcome.Succeeded || IsTheSameResult(row, end))).ConfigureAwait(false) ?? false;

    private static bool IsTheSame(JobError? stored, JobError? told) =>
        (stored?.Category, stored?.Code, stored?.Message) == (told?.Category, told?.Code, told?.Message);

    /// <summary>A wish to run later: the same time, or as long a wait from the report on. A stop that was asked for left none.</summary>
    private static bool IsTheSameWait(Row row, Settlement end, long now) =>
        row.LongOrNull(2) is not { } next || end.RunAt is not { } told
        || next == Micros.Of(told) || next - row.Long(3) == Micros.Of(told) - now;

    /// <summary>A success is never opened again, so what it gave is still there.</summary>
    private static bool IsTheSameResult(Row row, Settlement end) =>
        (end.Result is { } result ? !row.IsNull(4) && row.Bytes(4).AsSpan().SequenceEqual(result.Span) : row.IsNull(4))
        && row.TextOrNull(5) == end.Degraded;
}
