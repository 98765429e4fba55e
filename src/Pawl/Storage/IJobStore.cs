using System.Data.Common;

namespace Pawl.Storage;

/// <summary>The seam between the engine and a database: batches in, batches out, one round trip a call.</summary>
/// <remarks>
/// <para>Every write of a running attempt shows its <see cref="Lease"/>; a stale one changes nothing and is answered
/// <see cref="Settled.LeaseLost"/>. Moves are those of <see cref="Transitions"/>; a store carries them out and invents none.</para>
/// <para>A call returns after its commit is durable. An outage throws <see cref="PawlException"/> with a <c>storage_</c> code or the
/// driver's own exception; then nothing was promised.</para>
/// </remarks>
public interface IJobStore : IAsyncDisposable
{
    /// <summary>What this store is, for people: <c>sqlite</c> or <c>postgres</c>, with its version.</summary>
    StoreInfo Info { get; }

    /// <summary>Its connections; null for a store that has no pool of them.</summary>
    StorePool? Pool => null;

    /// <summary>The clock that all who share the store go by: what is stored and compared there is told by it. That of this process for a
    /// store that no other process writes to. Its timers and timestamps are always the process's.</summary>
    TimeProvider Clock => TimeProvider.System;

    /// <summary>Its files; null for a store that is a server's.</summary>
    StoreFiles? Files => null;

    /// <summary>Ends with the reason once this process can store nothing any more, because what the disk holds is not known: only a new
    /// process can read it anew. Never ends for a store that is a server's.</summary>
    Task<PawlException> Failed => new TaskCompletionSource<PawlException>().Task;

    /// <summary>Hints about what this store has just committed.</summary>
    Wakeups Wakeups { get; }

    /// <summary>Whether what other processes commit is told here at once, as far as can be known: then polls may take their time.</summary>
    bool HearsOthers => false;

    /// <summary>Looks at the schema and, when asked to, applies the steps it lacks.</summary>
    ValueTask<SchemaStatus> MigrateAsync(bool apply, CancellationToken cancellationToken);

    /// <summary>Stores new jobs, all or none. Those whose key is held by an equal job are answered with that job.</summary>
    ValueTask<EnqueueReply> EnqueueAsync(EnqueueRequest request, CancellationToken cancellationToken);

    /// <summary>Stores new jobs, all or none, in a transaction of the caller's: they live and die with it.</summary>
    /// <exception cref="PawlException">Nothing was stored, and the transaction is as it was: <c>transaction_foreign</c> where it cannot be
    /// done in that transaction, <c>transaction_ended</c>, <c>transaction_read_only</c>, <c>transaction_isolation</c>,
    /// <c>transaction_conflict</c>.</exception>
    ValueTask<EnqueueReply> EnqueueInAsync(EnqueueRequest request, DbTransaction transaction, CancellationToken cancellationToken);

    /// <summary>Draws numbers for jobs that will be stored later; none of them is ever given to another job.</summary>
    ValueTask<IReadOnlyList<JobId>> ReserveIdsAsync(int count, CancellationToken cancellationToken);

    /// <summary>Leases runnable jobs to a worker.</summary>
    ValueTask<IReadOnlyList<Claimed>> ClaimAsync(ClaimRequest request, CancellationToken cancellationToken);

    /// <summary>Makes a worker known and gives it its number.</summary>
    ValueTask<long> RegisterAsync(WorkerFacts worker, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Renews the leases of a worker by one row, and answers what it should know.</summary>
    ValueTask<HeartbeatReply> HeartbeatAsync(HeartbeatRequest request, CancellationToken cancellationToken);

    /// <summary>Stores what running attempts have to say; one transaction for each attempt's group.</summary>
    ValueTask<IReadOnlyList<SaveReply>> SaveAsync(
        IReadOnlyList<AttemptSave> saves, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Ends attempts; unblocks and releases what waited for them in the same transaction. Each end stands alone, and is stored
    /// together with <see cref="Settlement.Last"/> or not at all.</summary>
    ValueTask<IReadOnlyList<SettleReply>> SettleAsync(
        IReadOnlyList<Settlement> settlements, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Ends the attempts of a worker that fell silent. Only for the leader of the stated term.</summary>
    ValueTask<LoseReply> LoseAsync(LoseRequest request, CancellationToken cancellationToken);

    /// <summary>Moves due jobs to their queues and expires those that are too late. Only for the leader of the stated term.</summary>
    ValueTask<PromoteReply> PromoteAsync(PromoteRequest request, CancellationToken cancellationToken);

    /// <summary>Cancels jobs that do not run; asks running ones to stop.</summary>
    ValueTask<IReadOnlyList<Changed>> CancelAsync(CancelRequest request, CancellationToken cancellationToken);

    /// <summary>Opens a new generation of failed or cancelled jobs.</summary>
    ValueTask<IReadOnlyList<Changed>> RetryAsync(RetryRequest request, CancellationToken cancellationToken);

    /// <summary>Changes priority, time, queue, start limit, budget or tags.</summary>
    ValueTask<IReadOnlyList<Changed>> EditAsync(EditRequest request, CancellationToken cancellationToken);

    /// <summary>Takes failures off the dead list, or puts them back.</summary>
    ValueTask<IReadOnlyList<Changed>> DismissAsync(DismissRequest request, CancellationToken cancellationToken);

    /// <summary>Lets jobs go that wait for an approval.</summary>
    ValueTask<IReadOnlyList<Changed>> ApproveAsync(ApproveRequest request, CancellationToken cancellationToken);

    /// <summary>Removes ended jobs and all they hold.</summary>
    ValueTask<IReadOnlyList<Changed>> PurgeAsync(PurgeRequest request, CancellationToken cancellationToken);

    /// <summary>Removes one slice of what retention no longer keeps. Only for the leader of the stated term.</summary>
    ValueTask<RetainReply> RetainAsync(RetainRequest request, CancellationToken cancellationToken);

    /// <summary>Pauses or resumes a queue or a type.</summary>
    ValueTask PauseAsync(PauseRequest request, CancellationToken cancellationToken);

    /// <summary>Sets limits of a queue or of a concurrency key.</summary>
    ValueTask LimitAsync(LimitRequest request, CancellationToken cancellationToken);

    /// <summary>Sets what an operator may set for a queue.</summary>
    /// <exception cref="PawlException"><c>out_of_range</c>; nothing was changed.</exception>
    ValueTask<SetQueueReply> SetQueueAsync(SetQueueRequest request, CancellationToken cancellationToken);

    /// <summary>Reads the queues that have had a job, or that somebody set or paused, by name.</summary>
    ValueTask<IReadOnlyList<QueueRow>> QueuesAsync(CancellationToken cancellationToken);

    /// <summary>Reads the pauses of queues and types.</summary>
    ValueTask<IReadOnlyList<PauseRow>> PausesAsync(CancellationToken cancellationToken);

    /// <summary>Lets a worker take no new work, or take it again. It hears of that with its next beat.</summary>
    /// <returns>Whether there is such a worker that is not gone.</returns>
    ValueTask<bool> DrainAsync(DrainRequest request, CancellationToken cancellationToken);

    /// <summary>Keeps a key to the HTTP API.</summary>
    /// <returns>The key; null when only a first one was to be kept and there is one.</returns>
    ValueTask<ApiKey?> AddApiKeyAsync(AddApiKeyRequest request, CancellationToken cancellationToken);

    /// <summary>Reads the keys to the HTTP API that nobody has removed, the expired ones included.</summary>
    ValueTask<IReadOnlyList<ApiKey>> ApiKeysAsync(CancellationToken cancellationToken);

    /// <summary>Finds the key of a secret by its SHA-256; null for one that is unknown, removed or expired.</summary>
    ValueTask<ApiKey?> FindApiKeyAsync(ReadOnlyMemory<byte> hash, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Takes a key's worth away.</summary>
    /// <returns>Null when it was done; else <c>not_found</c>, or <c>last_admin_key</c> when no other good key of an admin would be
    /// left.</returns>
    ValueTask<string?> RemoveApiKeyAsync(RemoveApiKeyRequest request, CancellationToken cancellationToken);

    /// <summary>Keeps when keys were last used. To be called now and then for many uses.</summary>
    ValueTask TouchApiKeysAsync(IReadOnlyDictionary<long, DateTimeOffset> used, CancellationToken cancellationToken);

    /// <summary>Keeps a session of a browser, or a code that opens one.</summary>
    ValueTask KeepSignInAsync(KeepSignInRequest request, CancellationToken cancellationToken);

    /// <summary>Finds a session or code by the SHA-256 of its secret; null for one that is unknown or has ended.</summary>
    ValueTask<SignIn?> FindSignInAsync(
        SignInKind kind, ReadOnlyMemory<byte> hash, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Takes a session or code away. Of several who ask for the same one, one gets it.</summary>
    /// <returns>What it was good for; null when it was unknown or had ended.</returns>
    ValueTask<SignIn?> TakeSignInAsync(
        SignInKind kind, ReadOnlyMemory<byte> hash, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Adds to the audit what no verb tells of by itself.</summary>
    ValueTask AuditAsync(IReadOnlyList<AuditNote> notes, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Reads entries of the audit.</summary>
    ValueTask<IReadOnlyList<AuditEntry>> AuditEntriesAsync(AuditQuery query, CancellationToken cancellationToken);

    /// <summary>Looks through the whole audit whether each entry follows from the one before it.</summary>
    ValueTask<AuditVerdict> VerifyAuditAsync(CancellationToken cancellationToken);

    /// <summary>Begins a request that creates and shows a key, or answers what is known of it.</summary>
    ValueTask<ReplayReply> BeginReplayAsync(ReplayRequest request, CancellationToken cancellationToken);

    /// <summary>Keeps the answer of a request that was begun, or forgets it.</summary>
    /// <returns>False when another has begun it anew meanwhile.</returns>
    ValueTask<bool> EndReplayAsync(ReplayEnd end, CancellationToken cancellationToken);

    /// <summary>Asks for, keeps or reads the leadership of the chores.</summary>
    ValueTask<LeadReply> LeadAsync(LeadRequest request, CancellationToken cancellationToken);

    /// <summary>Records facts that are not about one move: notices, health, recovery runs.</summary>
    ValueTask RecordAsync(IReadOnlyList<Fact> facts, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Reads jobs by number; those that are not there are left out.</summary>
    ValueTask<IReadOnlyList<Job>> GetAsync(IReadOnlyList<JobId> ids, CancellationToken cancellationToken);

    /// <summary>Reads one page of jobs.</summary>
    ValueTask<JobPage> ListAsync(JobQuery query, CancellationToken cancellationToken);

    /// <summary>Counts jobs by looking at them, newest first and within a bound. Order, place and limit of the query do not
    /// matter.</summary>
    ValueTask<JobTally> CountAsync(JobQuery query, CancellationToken cancellationToken);

    /// <summary>Reads a job and what it may be waiting for; null when it is not there.</summary>
    ValueTask<WhyFacts?> WhyAsync(JobId job, CancellationToken cancellationToken);

    /// <summary>Makes a bulk operation.</summary>
    ValueTask<BulkOperation> MakeBulkAsync(NewBulk bulk, CancellationToken cancellationToken);

    /// <summary>Does one slice of a bulk operation. Only for the leader of the stated term.</summary>
    /// <returns>The operation as it stands now; null when nothing was done, because it is not running, has come further, or another
    /// leads.</returns>
    ValueTask<BulkOperation?> AdvanceBulkAsync(BulkSlice slice, CancellationToken cancellationToken);

    /// <summary>Stops a bulk operation that runs; null when it is not there.</summary>
    ValueTask<BulkOperation?> CancelBulkAsync(long id, string? by, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Reads a bulk operation; null when it is not there.</summary>
    ValueTask<BulkOperation?> BulkAsync(long id, CancellationToken cancellationToken);

    /// <summary>Reads bulk operations, newest first.</summary>
    ValueTask<IReadOnlyList<BulkOperation>> BulksAsync(BulkQuery query, CancellationToken cancellationToken);

    /// <summary>Reads a job with all that came of it, rolled up; null when it is not there.</summary>
    ValueTask<JobTree?> TreeAsync(JobId root, CancellationToken cancellationToken);

    /// <summary>Reads the attempts of a job, newest first, the running one included.</summary>
    ValueTask<IReadOnlyList<JobAttempt>> AttemptsAsync(JobId job, CancellationToken cancellationToken);

    /// <summary>Reads events in order: those after a number, of one job or of all.</summary>
    ValueTask<IReadOnlyList<EventRecord>> EventsAsync(EventQuery query, CancellationToken cancellationToken);

    /// <summary>Reads the log of one attempt from a byte offset on.</summary>
    ValueTask<LogPage> LogAsync(LogQuery query, CancellationToken cancellationToken);

    /// <summary>Reads the artifacts of a job, without their bytes.</summary>
    ValueTask<IReadOnlyList<Artifact>> ArtifactsAsync(JobId job, CancellationToken cancellationToken);

    /// <summary>Reads the bytes of one artifact: the newest of that name; null when there is none.</summary>
    ValueTask<ReadOnlyMemory<byte>?> ArtifactAsync(JobId job, string name, CancellationToken cancellationToken);

    /// <summary>Reads the ledger rows of up to 1,000 keys in one query, in the order asked.</summary>
    ValueTask<IReadOnlyList<ItemRow?>> ItemsAsync(string dataset, IReadOnlyList<string> keys, CancellationToken cancellationToken);

    /// <summary>Reads recorded runs of items: of one job, or of one key.</summary>
    ValueTask<IReadOnlyList<ItemRun>> ItemRunsAsync(ItemRunQuery query, CancellationToken cancellationToken);

    /// <summary>Reads rows of a ledger in the order of their keys, byte by byte.</summary>
    ValueTask<IReadOnlyList<ItemRow>> LedgerAsync(LedgerQuery query, CancellationToken cancellationToken);

    /// <summary>Reads the ledgers with their kept counts, by name.</summary>
    ValueTask<IReadOnlyList<DatasetRow>> DatasetsAsync(CancellationToken cancellationToken);

    /// <summary>Reads the types that workers have announced and known since a time, by name.</summary>
    ValueTask<IReadOnlyList<KnownType>> TypesAsync(DateTimeOffset since, CancellationToken cancellationToken);

    /// <summary>Reads how many runnable jobs wait in each line at each priority: from kept counts and a bounded look at each
    /// line.</summary>
    ValueTask<IReadOnlyList<DepthRow>> DepthAsync(CancellationToken cancellationToken);

    /// <summary>Keeps how many runnable jobs wait, for <see cref="DepthsAsync"/>. Only for the leader of the stated term.</summary>
    /// <returns>Whether that term is the leader's.</returns>
    ValueTask<bool> KeepDepthAsync(KeepDepthRequest request, CancellationToken cancellationToken);

    /// <summary>Reads how many runnable jobs waited, one look a step: the last one in it. Steps without a look are left out.</summary>
    ValueTask<IReadOnlyList<DepthSample>> DepthsAsync(RollupQuery query, CancellationToken cancellationToken);

    /// <summary>Reads the workers, with those of the last day that are gone: all that still hold leases, and the 200 of the others that
    /// were seen last.</summary>
    ValueTask<IReadOnlyList<WorkerRow>> WorkersAsync(CancellationToken cancellationToken);

    /// <summary>Reads depth and limits of each line (queue and type) from kept counters.</summary>
    ValueTask<IReadOnlyList<LineFacts>> LinesAsync(CancellationToken cancellationToken);

    /// <summary>Reads what was counted minute by minute since a time.</summary>
    ValueTask<IReadOnlyList<MinuteFacts>> MinutesAsync(DateTimeOffset since, CancellationToken cancellationToken);

    /// <summary>Reads what was counted minute by minute, summed over steps of time.</summary>
    ValueTask<IReadOnlyList<Rollup>> RollupsAsync(RollupQuery query, CancellationToken cancellationToken);

    /// <summary>Reads which attempts have failed, gathered by what is alike in them, those seen last first.</summary>
    ValueTask<IReadOnlyList<FailureRow>> FailuresAsync(FailureQuery query, CancellationToken cancellationToken);

    /// <summary>Writes a consistent copy of the store to a file that does not exist yet, where the store is a file itself.</summary>
    /// <exception cref="PawlException"><c>storage_path</c> when there is something in that place already; <c>unsupported</c> when the
    /// database has a tool of its own for copies, which the message names. Nothing was written then.</exception>
    ValueTask BackupAsync(string path, CancellationToken cancellationToken);
}
