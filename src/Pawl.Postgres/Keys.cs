using Pawl.Storage;

namespace Pawl.Postgres;

/// <summary>The keys by which an enqueue is known that was asked before: a job's unique key and a request's idempotency key.</summary>
internal sealed partial class PostgresStore
{
    private const string SelectUniqueKey = "select job_id, body_hash from pawl.unique_key where type = $1 and key = $2";
    private const string InsertUniqueKey = "insert into pawl.unique_key (type, key, job_id, body_hash) values ($1, $2, $3, $4)";

    // a purged job holds its key no more: nobody could look at what the answer named
    private const string SelectIdempotencyKey = """
        select k.job_id, k.body_hash from pawl.idempotency_key k
        where k.key = $1 and k.expires_at > $2 and exists (select 1 from pawl.job j where j.id = k.job_id)
        """;

    private const string SaveIdempotencyKey = """
        insert into pawl.idempotency_key (key, job_id, body_hash, expires_at) values ($1, $2, $3, $4)
        on conflict (key) do update set job_id = excluded.job_id, body_hash = excluded.body_hash, expires_at = excluded.expires_at
        """;

    /// <summary>Two calls that show the same key run one after the other: the second sees what the first has stored.</summary>
    private static async ValueTask LockKeysAsync(Batch batch, IReadOnlyList<NewJob> jobs)
    {
        HashSet<long>? keys = null;
        foreach (var job in jobs)
        {
            if (job.UniqueKey is { } unique)
            {
                (keys ??= []).Add(KeyLock.Of($"unique {job.Type}", unique));
            }

            if (job.IdempotencyKey is { } request)
            {
                (keys ??= []).Add(KeyLock.Of("idempotency", request));
            }

            // Not until a caller's commit: who holds the key could not end.
            if (job is { ConcurrencyKey: { } key, OnBusy: OnBusy.Reject } && !batch.IsGuest)
            {
                (keys ??= []).Add(KeyLock.Of("concurrency", key));
            }
        }

        if (keys is not null)
        {
            await KeyLock.TakeSoonAsync(batch, keys).ConfigureAwait(false);
        }
    }

    private static async ValueTask<List<(JobId Job, byte[] Hash)>> HoldersAsync(Session db, NewJob job, long now)
    {
        var holders = new List<(JobId, byte[])>();
        if (job.UniqueKey is { } unique)
        {
            await db.Use(SelectUniqueKey).Bind(job.Type).Bind(unique)
                .EachAsync(row => holders.Add((new JobId(row.Long(0)), row.Bytes(1)))).ConfigureAwait(false);
        }

        if (job.IdempotencyKey is { } request)
        {
            await db.Use(SelectIdempotencyKey).Bind(request).Bind(now)
                .EachAsync(row => holders.Add((new JobId(row.Long(0)), row.Bytes(1)))).ConfigureAwait(false);
        }

        return holders;
    }

    /// <summary>An answer that another key gave is the answer to this request: it stays so when that key is free again.</summary>
    private static async ValueTask KeepRequestAsync(Session db, NewJob job, JobId answer, long now)
    {
        if (job.IdempotencyKey is { } request
            && !await db.Use(SelectIdempotencyKey).Bind(request).Bind(now).AnyAsync().ConfigureAwait(false))
        {
            SaveRequest(db, job, request, answer.Value, now);
        }
    }

    private static void SaveRequest(Session db, NewJob job, string request, long id, long now)
    {
        var expires = now + Micros.Of(job.IdempotencyHold);
        db.Use(SaveIdempotencyKey).Bind(request).Bind(id).BindBlob(job.BodyHash.Span).Bind(expires).Later();
    }
}
