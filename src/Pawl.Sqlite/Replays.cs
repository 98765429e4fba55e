using Pawl.Storage;

namespace Pawl.Sqlite;

internal sealed partial class SqliteStore
{
    private const string SelectReplay = """
        select body_hash, turn, begun_at, status, body, location from replay where key = @key and expires_at > @now
        """;

    private const string BeginReplay = """
        insert into replay (key, body_hash, turn, begun_at, expires_at) values (@key, @hash, 1, @now, @expires)
        on conflict (key) do update set
            body_hash = excluded.body_hash, turn = turn + 1, begun_at = excluded.begun_at, status = null, body = null, location = null,
            expires_at = excluded.expires_at
        returning turn
        """;

    private const string EndReplay = """
        update replay set status = @status, body = @body, location = @location where key = @key and turn = @turn and status is null
        """;

    private const string DropReplay = "delete from replay where key = @key and turn = @turn and status is null";
    private const string DropOldReplays = """
        delete from replay where key in (select key from replay where expires_at <= @now order by expires_at limit 100)
        """;

    /// <inheritdoc/>
    public ValueTask<ReplayReply> BeginReplayAsync(ReplayRequest request, CancellationToken cancellationToken) =>
        WriteAsync(
            batch => FirstAnswer(batch.Db, request) ?? new ReplayReply(ReplayState.Begun, Begin(batch.Db, request)), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<bool> EndReplayAsync(ReplayEnd end, CancellationToken cancellationToken) =>
        WriteAsync(
            batch => (end.Status is { } status
                ? batch.Db.Use(EndReplay).Bind(status).Bind(end.Body).Bind(end.Location).Bind(end.Key).Bind(end.Turn)
                : batch.Db.Use(DropReplay).Bind(end.Key).Bind(end.Turn)).Run() == 1,
            cancellationToken);

    /// <summary>What is known of the request; null when it is to be done now.</summary>
    private static ReplayReply? FirstAnswer(Connection db, ReplayRequest request)
    {
        var row = db.Use(SelectReplay).Bind(request.Key).Bind(request.Now);
        if (!row.Step())
        {
            return null;
        }

        var same = row.Span(0).SequenceEqual(request.BodyHash.Span);
        var (begunAt, status, body, location) = (row.Time(2), row.IntOrNull(3), row.TextOrNull(4), row.TextOrNull(5));
        row.Reset();
        return status is null && begunAt + request.Patience <= request.Now ? null
            : !same ? new ReplayReply(ReplayState.Conflict, 0, status, body, location)
            : status is null ? new ReplayReply(ReplayState.Running)
            : new ReplayReply(ReplayState.Known, 0, status, body, location);
    }

    private static long Begin(Connection db, ReplayRequest request)
    {
        var row = db.Use(BeginReplay).Bind(request.Key).BindBlob(request.BodyHash.Span).Bind(request.Now).Bind(request.Now + request.Hold);
        row.Step();
        var turn = row.Long(0);
        row.Run();
        return turn;
    }
}
