using Pawl.Storage;

namespace Pawl.Sqlite;

/// <summary>The keys by which an enqueue is known that was asked before: a job's unique key and a request's idempotency key.</summary>
internal sealed partial class SqliteStore
{
    private const string SelectUniqueKey = "select job_id, body_hash from unique_key where type = @type and key = @key";
    private const string InsertUniqueKey = "insert into unique_key (type, key, job_id, body_hash) values (@type, @key, @job, @hash)";

    // a purged job holds its key no more: nobody could look at what the answer named
    private const string SelectIdempotencyKey = """
        select job_id, body_hash from idempotency_key
        where key = @key and expires_at > @now and exists (select 1 from job where id = job_id)
        """;

    private const string SaveIdempotencyKey = """
        insert into idempotency_key (key, job_id, body_hash, expires_at) values (@key, @job, @hash, @expires)
        on conflict (key) do update set job_id = excluded.job_id, body_hash = excluded.body_hash, expires_at = excluded.expires_at
        """;

    private static List<(JobId Job, byte[] Hash)> Holders(Connection db, NewJob job, long now)
    {
        var holders = new List<(JobId, byte[])>();
        if (job.UniqueKey is { } unique)
        {
            for (var row = db.Use(SelectUniqueKey).Bind(job.Type).Bind(unique); row.Step();)
            {
                holders.Add((new JobId(row.Long(0)), row.Bytes(1)));
            }
        }

        if (job.IdempotencyKey is { } request)
        {
            for (var row = db.Use(SelectIdempotencyKey).Bind(request).Bind(now); row.Step();)
            {
                holders.Add((new JobId(row.Long(0)), row.Bytes(1)));
            }
        }

        return holders;
    }

    /// <summary>An answer that another key gave is the answer to this request: it stays so when that key is free again.</summary>
    private static void KeepRequest(Connection db, NewJob job, JobId answer, long now)
    {
        if (job.IdempotencyKey is not { } request)
        {
            return;
        }

        var row = db.Use(SelectIdempotencyKey).Bind(request).Bind(now);
        var known = row.Step();
        row.Reset();
        if (!known)
        {
            SaveRequest(db, job, request, answer.Value, now);
        }
    }

    private static void SaveRequest(Connection db, NewJob job, string request, long id, long now)
    {
        var expires = now + Micros.Of(job.IdempotencyHold);
        db.Use(SaveIdempotencyKey).Bind(request).Bind(id).BindBlob(job.BodyHash.Span).Bind(expires).Run();
    }
}
