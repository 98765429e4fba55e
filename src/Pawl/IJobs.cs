using System.Data.Common;

namespace Pawl;

/// <summary>The way in: creates jobs, looks at them, commands them. A singleton from dependency injection.</summary>
/// <remarks>
/// <para>A call that creates returns when the job is durable, and throws <see cref="PawlException"/> with a stable code when nothing was
/// stored: bad input (<c>name_invalid</c>, <c>payload_too_large</c>, <c>out_of_range</c>, …) or somebody stands in the way, who is then
/// named in <see cref="PawlException.Job"/> (<c>idempotency_conflict</c>, <c>lock_held</c>, <c>dependency_missing</c>,
/// <c>depth_exceeded</c>). An equal job that was there before is an answer: <see cref="EnqueueResult.Deduplicated"/>.</para>
/// <para>A command on jobs (cancel, retry, edit, …) throws nothing for what a race can bring about: the
/// <see cref="CommandResult.Refusal"/> says it.</para>
/// </remarks>
public interface IJobs
{
    /// <summary>Creates a job.</summary>
    /// <param name="payload">What to do. Its class bears <see cref="JobAttribute"/> or was registered with a name.</param>
    /// <param name="options">How it should run.</param>
    /// <param name="cancellationToken">Stops waiting; the job may have been stored all the same.</param>
    /// <exception cref="PawlException">Nothing was stored; the code says why.</exception>
    Task<EnqueueResult> EnqueueAsync<TPayload>(
        TPayload payload, EnqueueOptions? options = null, CancellationToken cancellationToken = default)
        where TPayload : notnull;

    /// <summary>Creates a job by the name of its type. The type need not be known here; a worker that knows it will take the job.</summary>
    /// <param name="type">The name of the type.</param>
    /// <param name="payload">UTF-8 JSON, at most 1 MB; kept as it is.</param>
    /// <param name="options">How it should run.</param>
    /// <param name="cancellationToken">Stops waiting; the job may have been stored all the same.</param>
    /// <exception cref="PawlException">Nothing was stored; the code says why.</exception>
    Task<EnqueueResult> EnqueueAsync(
        string type, ReadOnlyMemory<byte> payload, EnqueueOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Creates 1 to 10,000 jobs, all or none.</summary>
    /// <param name="payloads">What to do.</param>
    /// <param name="options">How each should run. A unique or idempotency key would be that of every one: leave it out here.</param>
    /// <param name="cancellationToken">Stops waiting; the jobs may have been stored all the same.</param>
    /// <returns>In the order given.</returns>
    /// <exception cref="PawlException">Nothing was stored; the code says why. <see cref="Exception.Data"/> has which job was refused,
    /// from 0, under <c>index</c>, and under <c>other_index</c> the job of the same call that stands in its way.</exception>
    Task<IReadOnlyList<EnqueueResult>> EnqueueManyAsync<TPayload>(
        IEnumerable<TPayload> payloads, EnqueueOptions? options = null, CancellationToken cancellationToken = default)
        where TPayload : notnull;

    /// <summary>Creates 1 to 10,000 jobs of any types, all or none.</summary>
    /// <exception cref="PawlException">Nothing was stored; the code says why. <see cref="Exception.Data"/> has which job was refused,
    /// from 0, under <c>index</c>, and under <c>other_index</c> the job of the same call that stands in its way.</exception>
    Task<IReadOnlyList<EnqueueResult>> EnqueueManyAsync(IReadOnlyList<JobDraft> drafts, CancellationToken cancellationToken = default);

    /// <summary>Creates a job in a transaction of the caller's: it is there when that commits, and never was when it does not.</summary>
    /// <remarks>
    /// <para>For a store that is in the same database as the caller's own tables, which PostgreSQL can be. The jobs can be seen, run and
    /// waited for after the commit; their numbers are known at once. A call that throws has stored nothing, and the transaction can go on
    /// as if it had not been made.</para>
    /// <para>Until the transaction ends, others who show the same unique or idempotency key wait for it. So keep it short, and show the
    /// keys of one transaction in one order, or in one call. In REPEATABLE READ and SERIALIZABLE no job may depend on others or be
    /// refused for a busy key: what they rest on could not be looked at.</para>
    /// </remarks>
    /// <param name="transaction">Open, on a connection to the database that Pawl keeps its jobs in.</param>
    /// <param name="payload">What to do. Its class bears <see cref="JobAttribute"/> or was registered with a name.</param>
    /// <param name="options">How it should run.</param>
    /// <param name="cancellationToken">Stops waiting; the transaction should then be rolled back.</param>
    /// <exception cref="PawlException">Nothing was stored; the code says why. Besides those of the other forms:
    /// <c>transaction_foreign</c> (of another database, or one without Pawl's tables; always where the store is SQLite),
    /// <c>transaction_ended</c>, <c>transaction_read_only</c>, <c>transaction_isolation</c>, and <c>transaction_conflict</c>: another
    /// transaction was first, so roll back and run the whole of it again.</exception>
    Task<EnqueueResult> EnqueueAsync<TPayload>(
        DbTransaction transaction, TPayload payload, EnqueueOptions? options = null, CancellationToken cancellationToken = default)
        where TPayload : notnull;

    /// <summary>Creates a job by the name of its type, in a transaction of the caller's.</summary>
    /// <inheritdoc cref="EnqueueAsync{TPayload}(DbTransaction, TPayload, EnqueueOptions?, CancellationToken)" path="/remarks"/>
    /// <param name="transaction">Open, on a connection to the database that Pawl keeps its jobs in.</param>
    /// <param name="type">The name of the type.</param>
    /// <param name="payload">UTF-8 JSON, at most 1 MB; kept as it is.</param>
    /// <param name="options">How it should run.</param>
    /// <param name="cancellationToken">Stops waiting; the transaction should then be rolled back.</param>
    /// <exception cref="PawlException">Nothing was stored; the code says why.</exception>
    Task<EnqueueResult> EnqueueAsync(
        DbTransaction transaction,
        string type,
        ReadOnlyMemory<byte> payload,
        EnqueueOptions? options = null,
        CancellationToken cancellationToken = default);

    /// <summary>Creates 1 to 10,000 jobs in a transaction of the caller's.</summary>
    /// <inheritdoc cref="EnqueueAsync{TPayload}(DbTransaction, TPayload, EnqueueOptions?, CancellationToken)" path="/remarks"/>
    /// <param name="transaction">Open, on a connection to the database that Pawl keeps its jobs in.</param>
    /// <param name="payloads">What to do.</param>
    /// <param name="options">How each should run. A unique or idempotency key would be that of every one: leave it out here.</param>
    /// <param name="cancellationToken">Stops waiting; the transaction should then be rolled back.</param>
    /// <returns>In the order given.</returns>
    /// <exception cref="PawlException">Nothing was stored; the code says why.</exception>
    Task<IReadOnlyList<EnqueueResult>> EnqueueManyAsync<TPayload>(
        DbTransaction transaction,
        IEnumerable<TPayload> payloads,
        EnqueueOptions? options = null,
        CancellationToken cancellationToken = default)
        where TPayload : notnull;

    /// <summary>Creates 1 to 10,000 jobs of any types in a transaction of the caller's.</summary>
    /// <inheritdoc cref="EnqueueAsync{TPayload}(DbTransaction, TPayload, EnqueueOptions?, CancellationToken)" path="/remarks"/>
    /// <exception cref="PawlException">Nothing was stored; the code says why.</exception>
    Task<IReadOnlyList<EnqueueResult>> EnqueueManyAsync(
        DbTransaction transaction, IReadOnlyList<JobDraft> drafts, CancellationToken cancellationToken = default);

    /// <summary>Reads a job.</summary>
    /// <exception cref="PawlException"><c>not_found</c>: there is no such job, or it was removed.</exception>
    Task<Job> GetAsync(JobId id, CancellationToken cancellationToken = default);

    /// <summary>Reads a job; null when it is not there.</summary>
    Task<Job?> FindAsync(JobId id, CancellationToken cancellationToken = default);

    /// <summary>Reads one page of jobs, newest first unless told otherwise.</summary>
    /// <remarks>Walking from page to page shows each job that is there all the while exactly once.</remarks>
    /// <exception cref="PawlException"><c>filter_invalid</c> or <c>regex_not_supported</c>: the query cannot be read. Where, from 0, is
    /// under <c>position</c> of <see cref="Exception.Data"/>, and under <c>expected</c> what could stand there.</exception>
    Task<JobList> ListAsync(JobFilter? filter = null, CancellationToken cancellationToken = default);

    /// <summary>Counts jobs. From kept counters, and exact, without a query or with one of <c>type:</c>, <c>queue:</c> and <c>state:</c>
    /// only; else by looking, within a bound.</summary>
    /// <param name="query">Only those that fit this, in the query language; null or empty for all.</param>
    /// <param name="scope">Only these queues and types; null for all.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="PawlException">As for <see cref="ListAsync"/>.</exception>
    Task<JobCounts> CountsAsync(string? query = null, Scope? scope = null, CancellationToken cancellationToken = default);

    /// <summary>Says why a job is not running.</summary>
    /// <exception cref="PawlException"><c>not_found</c>: there is no such job, or it was removed.</exception>
    Task<JobWhy> WhyAsync(JobId id, CancellationToken cancellationToken = default);

    /// <summary>Waits until a job has ended, and reads it.</summary>
    /// <exception cref="PawlException"><c>not_found</c>: there is no such job, or it was removed.</exception>
    Task<Job> WaitAsync(JobId id, CancellationToken cancellationToken = default);

    /// <summary>Looks at a job with all its children and theirs: how many stand where, how far they have come in sum, what they
    /// cost.</summary>
    /// <exception cref="PawlException"><c>not_found</c>.</exception>
    Task<JobTree> TreeAsync(JobId id, CancellationToken cancellationToken = default);

    /// <summary>Reads the attempts of a job, newest first, the running one included.</summary>
    Task<IReadOnlyList<JobAttempt>> AttemptsAsync(JobId id, CancellationToken cancellationToken = default);

    /// <summary>Reads events after a number, of one job or of all.</summary>
    /// <param name="after">Only those with a higher number.</param>
    /// <param name="job">Only those of one job.</param>
    /// <param name="limit">At most so many; 1 to 10,000.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task<IReadOnlyList<EventRecord>> EventsAsync(
        long after = 0, JobId? job = null, int limit = 500, CancellationToken cancellationToken = default);

    /// <summary>Reads the log of an attempt.</summary>
    /// <param name="id">The job.</param>
    /// <param name="attempt">The attempt; null for the latest.</param>
    /// <param name="offset">From this byte on.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task<LogPart> LogAsync(JobId id, int? attempt = null, long offset = 0, CancellationToken cancellationToken = default);

    /// <summary>Reads the artifacts of a job, without their bytes.</summary>
    Task<IReadOnlyList<Artifact>> ArtifactsAsync(JobId id, CancellationToken cancellationToken = default);

    /// <summary>Reads the bytes of an artifact: the newest of that name; null when there is none.</summary>
    Task<ReadOnlyMemory<byte>?> ReadArtifactAsync(JobId id, string name, CancellationToken cancellationToken = default);

    /// <summary>Reads the recorded runs of items of a job, newest first, at most 1,000.</summary>
    Task<IReadOnlyList<ItemRun>> ItemsAsync(JobId id, CancellationToken cancellationToken = default);

    /// <summary>Says of up to 1,000 items whether their results still stand, in one query.</summary>
    /// <param name="dataset">The ledger.</param>
    /// <param name="items">The items.</param>
    /// <param name="now">What they would be processed with now: version parts, options, upstream; each item brings its own input
    /// hash.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="PawlException"><c>too_many_keys</c>.</exception>
    Task<ItemStatuses> ItemStatusAsync(
        string dataset, IReadOnlyList<ItemQuestion> items, ItemNow? now = null, CancellationToken cancellationToken = default);

    /// <summary>Stops a job: at once when it waits, by asking its attempt when it runs.</summary>
    Task<CommandResult> CancelAsync(JobId id, CancelOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Stops up to 1,000 jobs.</summary>
    Task<IReadOnlyList<CommandResult>> CancelAsync(
        IReadOnlyList<JobId> ids, CancelOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Offers a failed or cancelled job again, with a new budget.</summary>
    Task<CommandResult> RetryAsync(JobId id, RetryOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Offers up to 1,000 failed or cancelled jobs again.</summary>
    Task<IReadOnlyList<CommandResult>> RetryAsync(
        IReadOnlyList<JobId> ids, RetryOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Creates a new job from an old one, whatever became of that. If the old one needed an approval, so does the new
    /// one.</summary>
    /// <exception cref="PawlException"><c>not_found</c>, or as for <c>EnqueueAsync</c>.</exception>
    Task<EnqueueResult> RunAgainAsync(JobId id, RunAgainOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Changes fields of a job.</summary>
    Task<CommandResult> EditAsync(JobId id, JobEdit edit, CancellationToken cancellationToken = default);

    /// <summary>Changes the priority of a job that waits.</summary>
    Task<CommandResult> ReprioritiseAsync(JobId id, int priority, string? by = null, CancellationToken cancellationToken = default);

    /// <summary>Changes when a job that waits is due; past means now.</summary>
    Task<CommandResult> RescheduleAsync(JobId id, DateTimeOffset runAt, string? by = null, CancellationToken cancellationToken = default);

    /// <summary>Takes a failed job off the dead list.</summary>
    Task<CommandResult> DismissAsync(JobId id, string? by = null, string? note = null, CancellationToken cancellationToken = default);

    /// <summary>Puts a dismissed job back on the dead list.</summary>
    Task<CommandResult> UndismissAsync(JobId id, string? by = null, CancellationToken cancellationToken = default);

    /// <summary>Lets a job go that waits for an approval.</summary>
    Task<CommandResult> ApproveAsync(JobId id, string? by = null, CancellationToken cancellationToken = default);

    /// <summary>Removes an ended job and all it holds.</summary>
    Task<CommandResult> DeleteAsync(JobId id, string? by = null, CancellationToken cancellationToken = default);

    /// <summary>Starts no further job of a queue. Running ones go on.</summary>
    Task PauseQueueAsync(string queue, string? by = null, string? reason = null, CancellationToken cancellationToken = default);

    /// <summary>Starts jobs of a queue again.</summary>
    Task ResumeQueueAsync(string queue, string? by = null, CancellationToken cancellationToken = default);

    /// <summary>Starts no further job of a type. Running ones go on.</summary>
    Task PauseTypeAsync(string type, string? by = null, string? reason = null, CancellationToken cancellationToken = default);

    /// <summary>Starts jobs of a type again.</summary>
    Task ResumeTypeAsync(string type, string? by = null, CancellationToken cancellationToken = default);

    /// <summary>Sets how many jobs of a queue run at once in the whole installation; null for no limit.</summary>
    Task SetQueueLimitAsync(string queue, int? maxRunning, string? by = null, CancellationToken cancellationToken = default);

    /// <summary>Sets how many jobs of a concurrency key run at once in the whole installation; null for 1.</summary>
    Task SetKeyLimitAsync(
        string concurrencyKey, int? maxRunning, string? by = null, CancellationToken cancellationToken = default);

    /// <summary>Writes a consistent copy of the store to a file that does not exist yet. Only where the store is a file.</summary>
    /// <exception cref="PawlException"><c>storage_path</c> when there is something in that place already; <c>unsupported</c> when the
    /// database has a tool of its own for copies, which the message names.</exception>
    Task BackupAsync(string path, CancellationToken cancellationToken = default);
}
