using System.Buffers;
using Pawl.Storage;

namespace Pawl.Postgres;

internal sealed partial class PostgresStore
{
    private const string SelectLogEnd = """
        select "offset" + length(text) from pawl.log where job_id = $1 and attempt = $2 order by "offset" desc limit 1
        """;

    private const string InsertLog = """
        insert into pawl.log (job_id, attempt, "offset", text) values ($1, $2, $3, $4)
        """;

    // The chunk that holds the offset, and those that begin within a page behind it.
    private const string SelectLog = """
        select "offset", text from pawl.log
        where job_id = $1 and attempt = $2
            and "offset" >= coalesce(
                (select max(b."offset") from pawl.log b where b.job_id = $1 and b.attempt = $2 and b."offset" <= $3), 0)
            and "offset" <= $3 + $4
        order by "offset"
        """;

    // a plain job has no log, but its latest attempt may run or have ended
    private const string SelectStanding = """
        select coalesce(s.state, case when d.job_id is not null then 'succeeded' when l.held then 'running' else 'queued' end),
            coalesce(s.attempt, case when d.job_id is not null or l.held then 1 else 0 end)
        from pawl.job j
        left join pawl.job_state s on s.id = j.id
        left join pawl.done d on d.job_id = j.id
        left join lateral (
            select true as held from pawl.lease l
            where s.id is null and d.job_id is null and l.open
                and exists (select 1 from unnest(l.lo, l.hi) as run (lo, hi) where j.id between run.lo and run.hi)
            limit 1) as l on true
        where j.id = $1
        """;

    /// <inheritdoc/>
    public ValueTask<LogPage> LogAsync(LogQuery query, CancellationToken cancellationToken) =>
        ReadAsync(
            async db =>
            {
                var (state, latest) = await db.Use(SelectStanding).Bind(query.Job)
                    .ValueAsync(static row => (row.State(0), row.Int(1))).ConfigureAwait(false) ?? (JobState.Cancelled, 0);
                var attempt = query.Attempt ?? latest;
                var (text, next) = await ReadLogAsync(db, query, attempt).ConfigureAwait(false);
                return new LogPage(attempt, text, next, state != JobState.Running || attempt != latest);
            },
            cancellationToken);

    private static async ValueTask<(ReadOnlyMemory<byte> Text, long Next)> ReadLogAsync(Session db, LogQuery query, int attempt)
    {
        var text = new ArrayBufferWriter<byte>(1024);
        var next = query.Offset;
        var chunks = await db.Use(SelectLog).Bind(query.Job).Bind(attempt).Bind(query.Offset).Bind((long)query.Limit)
            .ListAsync(static row => (Offset: row.Long(0), Text: row.Bytes(1))).ConfigureAwait(false);
        foreach (var (offset, bytes) in chunks)
        {
            if (offset + bytes.Length <= query.Offset)
            {
                continue;
            }

            var from = Math.Max(offset, query.Offset);
            var chunk = bytes.AsSpan((int)(from - offset));
            var fits = WholeLines(chunk, query.Limit - text.WrittenCount, oneAtLeast: text.WrittenCount == 0);
            text.Write(chunk[..fits]);
            next = from + fits;
            if (fits < chunk.Length || text.WrittenCount >= query.Limit)
            {
                break;
            }
        }

        return (text.WrittenMemory, next);
    }

    /// <summary>How many bytes of whole lines fit. A page is never empty while there is more: its first line comes however long.</summary>
    private static int WholeLines(ReadOnlySpan<byte> text, int room, bool oneAtLeast)
    {
        if (text.Length <= room)
        {
            return text.Length;
        }

        var end = text[..room].LastIndexOf((byte)'\n');
        if (end >= 0 || !oneAtLeast)
        {
            return end + 1;
        }

        end = text[room..].IndexOf((byte)'\n');
        return end < 0 ? text.Length : room + end + 1;
    }

    /// <summary>Appends whatever comes: how long a log may be is the worker's setting, and the worker says where it ends.</summary>
    private static async ValueTask SaveLogAsync(Session db, AttemptSave save)
    {
        if (save.Log.IsEmpty)
        {
            return;
        }

        var (job, attempt, _) = save.Lease;
        var offset = await db.Use(SelectLogEnd).Bind(job).Bind(attempt).NumberAsync().ConfigureAwait(false) ?? 0;
        db.Use(InsertLog).Bind(job).Bind(attempt).Bind(offset).BindBlob(save.Log.Span).Later();
    }
}
