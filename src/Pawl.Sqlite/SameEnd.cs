using Pawl.Storage;

namespace Pawl.Sqlite;

/// <summary>Tells the end that was stored, told once more, from another report of the same attempt.</summary>
internal sealed partial class SqliteStore
{
    private const string SelectSettled = """
        select a.outcome, a.error, a.next_run_at, a.ended_at, e.result, e.degraded
        from attempt_all a left join job_end e on e.id = a.job_id
        where a.job_id = @job and a.attempt = @attempt and a.lease_token = @token
        """;

    /// <summary>Whether an attempt has ended as is told now. What the engine made of the report is not asked: a worker that repeats itself
    /// is ruled anew, with another jitter.</summary>
    private static bool IsTheSame(Connection db, Settlement end, long now)
    {
        var row = db.Use(SelectSettled).Bind(end.Lease.Job).Bind(end.Lease.Attempt).Bind(end.Lease.Token);
        var same = row.Step() && row.Text(0) == Words.Of(end.Outcome)
            && IsTheSame(StoreJson.ReadError(row.TextOrNull(1)), end.Error)
            && (end.Error is not null || IsTheSameWait(row, end, now))
            && (end.Outcome != Outcome.Succeeded || IsTheSameResult(row, end));
        row.Reset();
        return same;
    }

    private static bool IsTheSame(JobError? stored, JobError? told) =>
        (stored?.Category, stored?.Code, stored?.Message) == (told?.Category, told?.Code, told?.Message);

    /// <summary>A wish to run later: the same time, or as long a wait from the report on. A stop that was asked for left none.</summary>
    private static bool IsTheSameWait(Statement row, Settlement end, long now) =>
        row.LongOrNull(2) is not { } next || end.RunAt is not { } told
        || next == Micros.Of(told) || next - row.Long(3) == Micros.Of(told) - now;

    /// <summary>A success is never opened again, so what it gave is still there.</summary>
    private static bool IsTheSameResult(Statement row, Settlement end) =>
        (end.Result is { } result ? !row.IsNull(4) && row.Span(4).SequenceEqual(result.Span) : row.IsNull(4))
        && row.TextOrNull(5) == end.Degraded;
}
