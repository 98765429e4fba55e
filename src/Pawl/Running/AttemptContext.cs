using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging;
using Pawl.Errors;
using Pawl.Storage;

namespace Pawl.Running;

/// <summary>What a handler sees of its attempt. Here are the facts and what is kept in memory; what is stored at once is in another
/// file.</summary>
internal sealed partial class AttemptContext(Attempt attempt, AttemptTools tools) : JobContext
{
    // Looking for secrets in more of a sentence than this serves nobody.
    private const int Looked = 65_536;

    private static readonly Dictionary<string, string> NoWords = [];

    private readonly Lock _gate = new();
    private readonly Claimed _claimed = attempt.Claimed;
    private JobCheckpoint? _checkpoint = attempt.Claimed.Checkpoint;
    private long _done = attempt.Claimed.Progress?.Done ?? 0;
    private long _failed = attempt.Claimed.Progress?.Failed ?? 0;
    private long _skipped = attempt.Claimed.Progress?.Skipped ?? 0;
    private long? _total = attempt.Claimed.Progress?.Total;
    private string? _message = attempt.Claimed.Progress?.Message;
    private string? _masked = attempt.Claimed.Progress?.Message;
    private bool _progressTold;
    private bool _touched;
    private bool _resumed;
    private ItemTally? _tally;
    private List<ItemResult>? _items;
    private LogBuffer? _log;
    private ILogger? _logger;
    private PipelineVersion? _versions;

    public override JobId Id => _claimed.Lease.Job;

    public override int Attempt => _claimed.Lease.Attempt;

    public override int Generation => _claimed.Generation;

    public override string Type => _claimed.Type;

    public override string Queue => _claimed.Queue;

    public override Trigger Trigger => _claimed.Trigger;

    public override IReadOnlyDictionary<string, string> Tags => _claimed.Tags ?? NoWords;

    public override PipelineVersion Versions => _versions ??= _claimed.Versions is { } words
        ? PipelineVersion.Of(words.Select(word => new PipelinePart(word.Key, word.Value)))
        : attempt.Type.Versions;

    public override int? MaxItems => _claimed.MaxItems;

    public override Force Force => _claimed.Force;

    public override int Failures => _claimed.Failures;

    public override int MaxAttempts => _claimed.MaxAttempts;

    public override string? Kind => _claimed.Kind;

    public override JobId? ParentId => _claimed.ParentId;

    public override string? RequestedBy => _claimed.RequestedBy;

    public override TimeSpan Timeout => _claimed.Timeout;

    public override DateTimeOffset? DeadlineAt => _claimed.DeadlineAt;

    public override JobError? PreviousError => _claimed.PreviousError;

    public override RecoveryMark? Recovery => _claimed.Recovery;

    public override TimeProvider Clock => tools.Clock;

    public override CancellationToken CancellationToken => attempt.Token;

    public override ILogger Logger => _logger ??= tools.Loggers?.CreateLogger(Type) ?? AttemptLog.Only(this);

    public override JobCheckpoint? StoredCheckpoint
    {
        get
        {
            lock (_gate)
            {
                return _checkpoint;
            }
        }
    }

    public override JobProgress CurrentProgress
    {
        get
        {
            lock (_gate)
            {
                return ProgressNow();
            }
        }
    }

    /// <summary>Whether the attempt is over, so that nothing more of it is stored.</summary>
    public bool IsOver => attempt.IsOver;

    /// <summary>The attempt this belongs to.</summary>
    public Attempt Of => attempt;

    /// <summary>The handler asked to be run later. It counts even when the handler swallows the exception that should end it.</summary>
    public SnoozeWish? Snooze { get; private set; }

    /// <summary>What the handler gave back.</summary>
    public ReadOnlyMemory<byte>? ResultJson { get; private set; }

    /// <summary>What a success lacks.</summary>
    public string? Lack { get; private set; }

    /// <summary>Whether this attempt got on: more done than before, a checkpoint, or an item.</summary>
    public bool MadeProgress { get; private set; }

    /// <summary>The error that too many failed items are; null when they are few enough.</summary>
    public JobException? ItemsFault => _tally?.Fault(attempt.Type.MaxFailedItems);

    /// <summary>What the walks over items have counted.</summary>
    public ItemTally Tally
    {
        get
        {
            lock (_gate)
            {
                // A handler that goes on from its checkpoint does not meet again what lies behind it; one that begins anew does.
                return _tally ??= _resumed ? new(_done, _failed, _skipped) { Resumed = true, MeetsCounted = true } : new(0, 0, 0);
            }
        }
    }

    public override T? Checkpoint<T>()
        where T : default
    {
        if (StoredCheckpoint is not { } stored)
        {
            return default;
        }

        _resumed = true;

        try
        {
            return JsonSerializer.Deserialize(stored.Data.Span, Form<T>());
        }
        catch (Exception fault) when (fault is JsonException or NotSupportedException)
        {
            var schema = stored.Schema is { } number ? $", schema {number}" : "";
            throw new PawlException(
                "checkpoint_invalid",
                $"The checkpoint of job {Id} (version {stored.Version}{schema}) cannot be read as {typeof(T).Name}: "
                + $"{fault.Message} Read the older form too, or retry the job from the start.",
                fault);
        }
    }

    public override void Progress(long done, long? total = null, string? message = null, long? failed = null, long? skipped = null)
    {
        if (done < 0 || total < 0 || failed < 0 || skipped < 0)
        {
            throw new PawlException(
                "progress_invalid",
                $"Progress is told in numbers of 0 or more, but was done {done}, total {total}, failed {failed}, skipped {skipped}.");
        }

        lock (_gate)
        {
            MadeProgress |= done > _done;
            _done = Math.Max(_done, done);
            _total = total ?? _total;
            _failed = failed ?? _failed;
            _skipped = skipped ?? _skipped;
            (_message, _masked) = message is null ? (_message, _masked) : (Cut(message, Looked), null);
            _progressTold = true;
        }

        Touch();
    }

    public override void Progress(string message)
    {
        lock (_gate)
        {
            (_message, _masked) = (Cut(message, Looked), null);
            _progressTold = true;
        }

        Touch();
    }

    public override ItemLedger Items(string dataset, ItemOptions? options = null) =>
        new Ledger(this, Names.Dataset(dataset), options ?? new(), tools);

    public override Task SnoozeAsync(TimeSpan delay, string? reason = null) =>
        throw Later(new(Bounds.Delay(delay), WaitReason.Snooze, Fit(Names.Short(reason, Bounds.MaxMessage, "A reason"))));

    public override void Result<T>(T value)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(value, Form<T>());
        Bounds.Size(json.Length, Bounds.MaxPayload, "result_too_large", "A result");
        ResultJson = json;
    }

    public override void Degraded(string lack)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(lack);
        Lack = Fit(lack);
    }

    /// <summary>Notes the wish and gives the exception that ends the handler.</summary>
    public SnoozedException Later(SnoozeWish wish)
    {
        Snooze = wish;
        return new(wish);
    }

    /// <summary>Keeps a log line.</summary>
    public void Keep(
        LogLevel level, DateTimeOffset at, string message, IReadOnlyList<KeyValuePair<string, object?>>? fields, Exception? error)
    {
        if (tools.Options.Worker.MaxLogBytes == 0)
        {
            return;
        }

        LogBuffer log;
        lock (_gate)
        {
            log = _log ??= new(tools.Options.Worker.MaxLogBytes, () => attempt.Secrets);
        }

        log.Add(level, at, message, fields, error);
        if (log.Waiting >= LogBuffer.Full && log.TryHurry())
        {
            _ = FlushQuietlyAsync();
        }
        else
        {
            Touch();
        }
    }

    /// <summary>Keeps the result of an item for the next save.</summary>
    public void Keep(ItemResult result, bool gotOn)
    {
        lock (_gate)
        {
            (_items ??= []).Add(result);
            MadeProgress |= gotOn;
        }

        Touch();
    }

    /// <summary>Tells the counts of the walks over items; the done count still never falls.</summary>
    public void TellTally()
    {
        var (done, failed, skipped) = Tally.Read();
        lock (_gate)
        {
            _done = Math.Max(_done, done);
            (_failed, _skipped) = (failed, skipped);
            _progressTold = true;
        }
    }

    /// <summary>As it may be shown: without secrets, and not too long. Cut last, for half a secret is no longer known for one.</summary>
    [return: NotNullIfNotNull(nameof(text))]
    private string? Fit(string? text) => Cut(text, Looked) is { } whole
        ? Cut(SecretMask.Apply(attempt.Secrets?.Apply(whole) ?? whole), Bounds.MaxMessage)
        : null;

    [return: NotNullIfNotNull(nameof(text))]
    private static string? Cut(string? text, int most) => text is null || text.Length <= most ? text : text[..most];

    private JsonTypeInfo<T> Form<T>() => (JsonTypeInfo<T>)tools.Options.Json.GetTypeInfo(typeof(T));

    private JobProgress ProgressNow() => new()
    {
        // Secrets are looked for when it is stored, not whenever it is told.
        Message = _masked ??= Fit(_message),
        Total = _total, Done = _done, Failed = _failed, Skipped = _skipped, UpdatedAt = tools.Clock.GetUtcNow(),
    };

    private void Touch()
    {
        lock (_gate)
        {
            if (_touched)
            {
                return;
            }

            _touched = true;
        }

        tools.Saves.Touch(this);
    }
}
