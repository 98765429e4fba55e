using System.Buffers;
using Pawl.Storage;

namespace Pawl.Sqlite;

internal sealed partial class SqliteStore
{
    private const string SelectLogEnd = """
        select offset + length(text) from log where job_id = @job and attempt = @attempt order by offset desc limit 1
        """;

    private const string InsertLog = "insert into log (job_id, attempt, offset, text) values (@job, @attempt, @offset, @text)";

    // the chunk that holds the offset, and those behind it
    private const string SelectLog = """
        select offset, text from log
        where job_id = @job and attempt = @attempt
            and offset >= coalesce((select max(offset) from log where job_id = @job and attempt = @attempt and offset <= @from), 0)
        order by offset
        """;

    /// <inheritdoc/>
    public ValueTask<LogPage> LogAsync(LogQuery query, CancellationToken cancellationToken) =>
        ReadJobsAsync(
            [query.Job],
            db =>
            {
                var row = db.Use(SelectNow).Bind(query.Job);
                var (state, latest) = row.Step() ? (row.State(0), row.Int(1)) : (JobState.Cancelled, 0);
                row.Reset();
                var attempt = query.Attempt ?? latest;
                var (text, next) = ReadLog(db, query, attempt);
                return new LogPage(attempt, text, next, state != JobState.Running || attempt != latest);
            },
            cancellationToken);

    private static (ReadOnlyMemory<byte> Text, long Next) ReadLog(Connection db, LogQuery query, int attempt)
    {
        var text = new ArrayBufferWriter<byte>(1024);
        var next = query.Offset;
        var rows = db.Use(SelectLog).Bind(query.Job).Bind(attempt).Bind(query.Offset);
        while (rows.Step())
        {
            var offset = rows.Long(0);
            var chunk = rows.Span(1);
            if (offset + chunk.Length <= query.Offset)
            {
                continue;
            }

            var from = Math.Max(offset, query.Offset);
            chunk = chunk[(int)(from - offset)..];
            var fits = WholeLines(chunk, query.Limit - text.WrittenCount, oneAtLeast: text.WrittenCount == 0);
            text.Write(chunk[..fits]);
            next = from + fits;
            if (fits < chunk.Length || text.WrittenCount >= query.Limit)
            {
                break;
            }
        }

        rows.Reset();
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
    private static void SaveLog(Connection db, AttemptSave save)
    {
        if (save.Log.IsEmpty)
        {
            return;
        }

        var (job, attempt, _) = save.Lease;
        var end = db.Use(SelectLogEnd).Bind(job).Bind(attempt);
        var offset = end.Step() ? end.Long(0) : 0;
        end.Reset();
        db.Use(InsertLog).Bind(job).Bind(attempt).Bind(offset).BindBlob(save.Log.Span).Run();
    }
}
