using System.Buffers;
using System.Text;
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

    private const long MostLogBytes = 16 * 1024 * 1024;

    /// <inheritdoc/>
    public ValueTask<LogPage> LogAsync(LogQuery query, CancellationToken cancellationToken) =>
        ReadAsync(
            db =>
            {
                var row = db.Use(SelectNow).Bind(query.Job);
                var (state, latest) = row.Step() ? (row.Word<JobState>(0), row.Int(1)) : (JobState.Cancelled, 0);
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
        while (text.WrittenCount < query.Limit && rows.Step())
        {
            var offset = rows.Long(0);
            var chunk = rows.Span(1);
            if (offset + chunk.Length <= query.Offset)
            {
                continue;
            }

            text.Write(chunk[(int)Math.Max(0, query.Offset - offset)..]);
            next = offset + chunk.Length;
        }

        rows.Reset();
        return (text.WrittenMemory, next);
    }

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
        if (offset >= MostLogBytes)
        {
            return;   // the marker is there already
        }

        var text = save.Log.Span;
        if (offset + text.Length > MostLogBytes)
        {
            var message = $"The log reached its cap of {MostLogBytes} bytes; what follows was dropped.";
            text = Encoding.UTF8.GetBytes($"{{\"level\":\"warning\",\"message\":\"{message}\"}}\n");
            db.Use(InsertLog).Bind(job).Bind(attempt).Bind(Math.Max(offset, MostLogBytes)).BindBlob(text).Run();
            return;
        }

        db.Use(InsertLog).Bind(job).Bind(attempt).Bind(offset).BindBlob(text).Run();
    }
}
