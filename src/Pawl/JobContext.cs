using Microsoft.Extensions.Logging;

namespace Pawl;

/// <summary>One attempt of a job, as its handler sees it. Safe to use from several threads; of no use after the handler has
/// returned.</summary>
/// <remarks>A write that arrives after the lease was lost, the attempt timed out or was given up changes nothing and throws
/// <see cref="OperationCanceledException"/>.</remarks>
public abstract class JobContext
{
    /// <summary>The job.</summary>
    public abstract JobId Id { get; }

    /// <summary>The attempt, from 1; never reset.</summary>
    public abstract int Attempt { get; }

    /// <summary>The job's life between two ends, from 1.</summary>
    public abstract int Generation { get; }

    /// <summary>The name of its type.</summary>
    public abstract string Type { get; }

    /// <summary>Its queue.</summary>
    public abstract string Queue { get; }

    /// <summary>Who asked for it.</summary>
    public abstract Trigger Trigger { get; }

    /// <summary>Its labels.</summary>
    public abstract IReadOnlyDictionary<string, string> Tags { get; }

    /// <summary>The versions of the pipeline's parts it runs with.</summary>
    public abstract PipelineVersion Versions { get; }

    /// <summary>How many items this attempt may do before it goes on later; null for no limit.</summary>
    public abstract int? MaxItems { get; }

    /// <summary>Which ledger items it does although they are fresh.</summary>
    public abstract Force Force { get; }

    /// <summary>How many attempts of this generation failed or timed out before this one.</summary>
    public abstract int Failures { get; }

    /// <summary>How many attempts of a generation may fail.</summary>
    public abstract int MaxAttempts { get; }

    /// <summary>Its label in a tree.</summary>
    public abstract string? Kind { get; }

    /// <summary>The job whose attempt created it.</summary>
    public abstract JobId? ParentId { get; }

    /// <summary>Who asked for it, by name.</summary>
    public abstract string? RequestedBy { get; }

    /// <summary>How long this attempt may run.</summary>
    public abstract TimeSpan Timeout { get; }

    /// <summary>After a failure past this time there is no further attempt.</summary>
    public abstract DateTimeOffset? DeadlineAt { get; }

    /// <summary>What went wrong in the attempt before, if something did.</summary>
    public abstract JobError? PreviousError { get; }

    /// <summary>The recovery that opened this generation, on its first attempt.</summary>
    public abstract RecoveryMark? Recovery { get; }

    /// <summary>The last accepted checkpoint, of whatever attempt, as it is stored; null before the first.</summary>
    public abstract JobCheckpoint? StoredCheckpoint { get; }

    /// <summary>How far the job has come, what earlier attempts did included.</summary>
    public abstract JobProgress CurrentProgress { get; }

    /// <summary>Writes to the log of this attempt and, as usual, to the host's own log. Any <c>ILogger</c> used while the handler runs does
    /// the same.</summary>
    public abstract ILogger Logger { get; }

    /// <summary>The engine's clock. On PostgreSQL it goes by the time of the database, whatever that of this machine is.</summary>
    public abstract TimeProvider Clock { get; }

    /// <summary>Set when the attempt should stop; the same that the handler was given.</summary>
    public abstract CancellationToken CancellationToken { get; }

    /// <summary>The same on every attempt of this job and no other's: give it to outside calls that take one.</summary>
    public string IdempotencyKey => $"pawl-{Id}";

    /// <summary>The same on every attempt of this job for one item of a dataset.</summary>
    public string ItemKey(string dataset, string key) => $"pawl-{Id}/{Names.Dataset(dataset)}/{Names.ItemKey(key)}";

    /// <summary>Reads the last accepted checkpoint, of whatever attempt; the default when there is none.</summary>
    /// <typeparam name="T">What was saved.</typeparam>
    /// <exception cref="PawlException"><c>checkpoint_invalid</c>: what is stored cannot be read as that.</exception>
    public abstract T? Checkpoint<T>();

    /// <summary>Says how far it has come. Kept in memory and stored about once a second; the done count never falls.</summary>
    /// <param name="done">How many are done, those of earlier attempts included; a lower number than before is passed over.</param>
    /// <param name="total">How many there are; null leaves it.</param>
    /// <param name="message">What it does now, cut at 500 characters; null leaves it.</param>
    /// <param name="failed">How many failed; null leaves it.</param>
    /// <param name="skipped">How many were passed over; null leaves it.</param>
    /// <exception cref="PawlException"><c>progress_invalid</c>: a number is negative.</exception>
    public abstract void Progress(long done, long? total = null, string? message = null, long? failed = null, long? skipped = null);

    /// <summary>Says what it does now.</summary>
    public abstract void Progress(string message);

    /// <summary>Stores a checkpoint together with the progress and the item results so far, in one transaction.</summary>
    /// <param name="checkpoint">State for the next attempt: at most 1 MB as JSON.</param>
    /// <param name="total">How many items there are; null leaves it.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="PawlException"><c>checkpoint_too_large</c>.</exception>
    /// <exception cref="OperationCanceledException">The attempt is over or has lost its lease; nothing was stored.</exception>
    public Task SaveAsync<T>(T checkpoint, long? total = null, CancellationToken cancellationToken = default) =>
        SaveAsync(checkpoint, new CheckpointOptions { Total = total }, cancellationToken);

    /// <summary>Stores a checkpoint together with the progress and the item results so far, in one transaction.</summary>
    /// <inheritdoc cref="SaveAsync{T}(T, long?, CancellationToken)"/>
    public abstract Task SaveAsync<T>(T checkpoint, CheckpointOptions options, CancellationToken cancellationToken = default);

    /// <summary>Stores progress, item results and log lines so far, without a checkpoint.</summary>
    /// <exception cref="OperationCanceledException">The attempt is over or has lost its lease; nothing was stored.</exception>
    public abstract Task FlushAsync(CancellationToken cancellationToken = default);

    /// <summary>The ledger of a dataset, to walk items by: passes over what is fresh and records what is done.</summary>
    /// <param name="dataset">1 to 200 characters.</param>
    /// <param name="options">What its results depend on.</param>
    public abstract ItemLedger Items(string dataset, ItemOptions? options = null);

    /// <summary>Keeps a named blob with the job.</summary>
    /// <param name="name">A plain file name: <c>[A-Za-z0-9][A-Za-z0-9._-]{0,127}</c>.</param>
    /// <param name="content">At most 64 MB.</param>
    /// <param name="mediaType">Its media type; by default from the name's ending.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="PawlException"><c>name_invalid</c> or <c>artifact_too_large</c>.</exception>
    public abstract Task AttachAsync(
        string name, ReadOnlyMemory<byte> content, string? mediaType = null, CancellationToken cancellationToken = default);

    /// <summary>Keeps what a stream gives, to its end.</summary>
    /// <inheritdoc cref="AttachAsync(string, ReadOnlyMemory{byte}, string?, CancellationToken)"/>
    public abstract Task AttachAsync(string name, Stream content, string? mediaType = null, CancellationToken cancellationToken = default);

    /// <summary>Keeps a copy of a file, under its own name unless another is given.</summary>
    /// <inheritdoc cref="AttachAsync(string, ReadOnlyMemory{byte}, string?, CancellationToken)"/>
    public abstract Task AttachFileAsync(
        string path, string? name = null, string? mediaType = null, CancellationToken cancellationToken = default);

    /// <summary>Creates a child of this job. On a repeated attempt, give it a unique key, or it is created again.</summary>
    /// <exception cref="PawlException">Nothing was stored; the code says why.</exception>
    public abstract Task<EnqueueResult> SpawnAsync<TPayload>(
        TPayload payload, EnqueueOptions? options = null, CancellationToken cancellationToken = default)
        where TPayload : notnull;

    /// <summary>Creates children of this job, all or none.</summary>
    /// <inheritdoc cref="SpawnAsync{TPayload}(TPayload, EnqueueOptions?, CancellationToken)"/>
    public abstract Task<IReadOnlyList<EnqueueResult>> SpawnManyAsync<TPayload>(
        IEnumerable<TPayload> payloads, EnqueueOptions? options = null, CancellationToken cancellationToken = default)
        where TPayload : notnull;

    /// <summary>Ends this attempt and runs the job again later, without using its budget. Never returns: it ends the handler by an
    /// exception that must not be swallowed.</summary>
    /// <param name="delay">How long; 0 to 5 years.</param>
    /// <param name="reason">Why, in words; shown with the job.</param>
    public abstract Task SnoozeAsync(TimeSpan delay, string? reason = null);

    /// <summary>What the job gives back, stored when the handler returns: at most 1 MB as JSON.</summary>
    /// <exception cref="PawlException"><c>result_too_large</c>.</exception>
    public abstract void Result<T>(T value);

    /// <summary>Says that the success will not be whole, and what is lacking; shown with the job.</summary>
    public abstract void Degraded(string lack);

    /// <summary>Tells people something, as a notice of its own.</summary>
    public abstract Task NoticeAsync(string title, CancellationToken cancellationToken = default);
}
