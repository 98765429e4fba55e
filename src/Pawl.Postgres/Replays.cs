using Pawl.Storage;

namespace Pawl.Postgres;

internal sealed partial class PostgresStore
{
    // Locked, so that of two that find it abandoned one begins.
    private const string SelectReplay = """
        select body_hash, begun_at, status, body, location from pawl.replay where key = $1 and expires_at > $2 for update
        """;

    private const string BeginReplay = """
        insert into pawl.replay as r (key, body_hash, turn, begun_at, expires_at) values ($1, $2, 1, $3, $4)
        on conflict (key) do update set
            body_hash = excluded.body_hash, turn = r.turn + 1, begun_at = excluded.begun_at, status = null, body = null, location = null,
            expires_at = excluded.expires_at
        returning turn
        """;

    private const string EndReplay = """
        update pawl.replay set status = $1, body = $2, location = $3 where key = $4 and turn = $5 and status is null
        """;

    private const string DropReplay = "delete from pawl.replay where key = $1 and turn = $2 and status is null";
    private const string DropOldReplays = """
        delete from pawl.replay where key = any(array(
            select key from pawl.replay where expires_at <= $1 order by expires_at limit 100 for update skip locked))
        """;

    /// <inheritdoc/>
    public ValueTask<ReplayReply> BeginReplayAsync(ReplayRequest request, CancellationToken cancellationToken) =>
        WriteAsync(
            async batch =>
            {
                // Two that show the same key run one after the other: the second sees what the first has begun.
                await KeyLock.TakeAsync(batch, [KeyLock.Of("replay", request.Key)]).ConfigureAwait(false);
                return await FirstAnswerAsync(batch.Db, request).ConfigureAwait(false)
                    ?? new ReplayReply(ReplayState.Begun, await BeginAsync(batch.Db, request).ConfigureAwait(false));
            },
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask<bool> EndReplayAsync(ReplayEnd end, CancellationToken cancellationToken) =>
        WriteAsync(
            async batch => await (end.Status is { } status
                ? batch.Db.Use(EndReplay).Bind(status).Bind(end.Body).Bind(end.Location).Bind(end.Key).Bind(end.Turn)
                : batch.Db.Use(DropReplay).Bind(end.Key).Bind(end.Turn)).RunAsync().ConfigureAwait(false) == 1,
            cancellationToken);

    /// <summary>What is known of the request; null when it is to be done now.</summary>
    private static async ValueTask<ReplayReply?> FirstAnswerAsync(Session db, ReplayRequest request)
    {
        var found = await db.Use(SelectReplay).Bind(request.Key).Bind(request.Now).ValueAsync(row => (
            Same: row.Bytes(0).AsSpan().SequenceEqual(request.BodyHash.Span), BegunAt: row.Time(1), Status: row.IntOrNull(2),
            Body: row.TextOrNull(3), Location: row.TextOrNull(4))).ConfigureAwait(false);
        return found is not var (same, begunAt, status, body, location) ? null
            : status is null && begunAt + request.Patience <= request.Now ? null
            : !same ? new ReplayReply(ReplayState.Conflict, 0, status, body, location)
            : status is null ? new ReplayReply(ReplayState.Running)
            : new ReplayReply(ReplayState.Known, 0, status, body, location);
    }

    private static async ValueTask<long> BeginAsync(Session db, ReplayRequest request) =>
        (await db.Use(BeginReplay).Bind(request.Key).BindBlob(request.BodyHash.Span).Bind(request.Now).Bind(request.Now + request.Hold)
            .NumberAsync().ConfigureAwait(false))!.Value;
}
