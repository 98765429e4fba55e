using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Pawl;

/// <summary>Says how the jobs of a type run. What is said here goes before <see cref="JobAttribute"/>, and that before the
/// settings.</summary>
/// <typeparam name="TPayload">The payload of the type.</typeparam>
public sealed class JobTypeBuilder<TPayload>
    where TPayload : notnull
{
    private readonly ScoreRules<TPayload> _score = new();
    private readonly List<ErrorRule> _errors = [];
    private readonly List<Type> _checks = [];
    private readonly JobAttribute? _attribute = typeof(TPayload).GetCustomAttribute<JobAttribute>();
    private string? _name;
    private string? _queue;
    private string? _description;
    private TimeSpan? _timeout;
    private TimeSpan? _grace;
    private int? _maxItems;
    private double? _maxFailedItems;
    private bool? _retryable;
    private string? _configuration;
    private Func<RetryPolicy, RetryPolicy>? _retry;
    private PipelineVersion? _versions;
    private bool _uniqueByPayload;
    private UniqueHold _uniqueHold;
    private int? _concurrency;
    private TimeSpan? _stuckAfter;
    private OnStuck _onStuck;
    private TimeSpan? _keep;
    private TimeSpan? _keepFailed;
    private JsonTypeInfo<TPayload>? _json;
    private Func<TPayload, string?>? _concurrencyKey;
    private Action<TPayload>? _check;
    private readonly List<string> _secrets = [];
    private bool _flatPayload;

    internal JobTypeBuilder()
    {
        if (_attribute?.Priority is { } word)
        {
            _score.Base(
                BasePriority.TryParse(word, out var known)
                    ? known
                    : throw new PawlException(
                        "out_of_range",
                        $"[Job] of {typeof(TPayload).Name}: a priority is low, normal, high or a number from -1,000 to 1,000, but was "
                            + $"{Shown.Text(word)}."));
        }
    }

    /// <summary>The stable name; needed where the payload's class bears no <see cref="JobAttribute"/>.</summary>
    public JobTypeBuilder<TPayload> Name(string name) => Set(_name = Names.Type(name));

    /// <summary>The queue of its jobs; default <c>default</c>.</summary>
    public JobTypeBuilder<TPayload> Queue(string queue) => Set(_queue = Names.Queue(queue));

    /// <summary>A sentence for people on what it does; at most 500 characters.</summary>
    public JobTypeBuilder<TPayload> Description(string text) => Set(_description = Names.Short(text, Bounds.MaxMessage, "A description"));

    /// <summary>How long one attempt may run; 1 ms to 7 days; default 30 minutes.</summary>
    public JobTypeBuilder<TPayload> Timeout(TimeSpan timeout) => Set(_timeout = Bounds.Timeout(timeout));

    /// <summary>How long an attempt may clean up after it was told to stop; 0 to 1 day; default 30 s.</summary>
    public JobTypeBuilder<TPayload> Grace(TimeSpan grace) => Set(_grace = Bounds.Grace(grace));

    /// <summary>How many items one attempt does before it goes on later; 1 or more; default no limit.</summary>
    public JobTypeBuilder<TPayload> MaxItems(int count) => Set(_maxItems = Bounds.MaxItems(count));

    /// <summary>The share of failed items above which an attempt fails; 0 to 1; default 0: any.</summary>
    public JobTypeBuilder<TPayload> MaxFailedItems(double share) => Set(
        _maxFailedItems = share is >= 0 and <= 1
            ? share
            : throw new PawlException(
                "out_of_range", $"A share of failed items is between 0 and 1, but was {share}. 0.05 is five in a hundred."));

    /// <summary>How often a job runs and how long it waits in between; null leaves the setting.</summary>
    /// <param name="maxAttempts">How many runs in all; 1 to 100; default 3.</param>
    /// <param name="baseDelay">The wait before the first retry; default 60 s.</param>
    /// <param name="multiplier">What each further wait is longer by; default 2.</param>
    /// <param name="maxDelay">The longest wait, without its jitter; default 1 h.</param>
    /// <param name="jitter">The largest share that chance adds to a wait; default 0.3.</param>
    public JobTypeBuilder<TPayload> Retry(
        int? maxAttempts = null, TimeSpan? baseDelay = null, double? multiplier = null, TimeSpan? maxDelay = null, double? jitter = null) =>
        Set(_retry = setting => setting with
        {
            MaxAttempts = maxAttempts ?? setting.MaxAttempts,
            BaseDelay = baseDelay ?? setting.BaseDelay,
            Multiplier = multiplier ?? setting.Multiplier,
            MaxDelay = maxDelay ?? setting.MaxDelay,
            Jitter = jitter ?? setting.Jitter,
        });

    /// <summary>One attempt only; no failure is repeated.</summary>
    public JobTypeBuilder<TPayload> NotRetryable() => Set(_retryable = false);

    /// <summary>How its jobs get their priority.</summary>
    public JobTypeBuilder<TPayload> Score(Action<ScoreRules<TPayload>> rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        rules(_score);
        return this;
    }

    /// <summary>What an exception, or one derived from it, means for its jobs.</summary>
    /// <param name="category">The kind of error it is.</param>
    /// <param name="disposition">What should follow: retry, snooze or fail; null for what the category says.</param>
    public JobTypeBuilder<TPayload> OnError<TException>(ErrorCategory category, Disposition? disposition = null)
        where TException : Exception => Add(ErrorRule.ForException<TException>(category, disposition));

    /// <summary>What an HTTP status means for its jobs.</summary>
    public JobTypeBuilder<TPayload> OnHttpStatus(int status, ErrorCategory? category, Disposition? disposition = null) =>
        Add(ErrorRule.ForHttpStatus(status, category, disposition));

    /// <summary>What the exit code of a command means for its jobs.</summary>
    public JobTypeBuilder<TPayload> OnExitCode(int exitCode, ErrorCategory? category, Disposition? disposition = null) =>
        Add(ErrorRule.ForExitCode(exitCode, category, disposition));

    /// <summary>What should follow a kind of error for its jobs.</summary>
    public JobTypeBuilder<TPayload> OnCategory(ErrorCategory category, Disposition disposition) =>
        Add(ErrorRule.ForCategory(category, disposition));

    /// <summary>The versions of the pipeline's parts, such as <c>parser-1.2/cards-v1</c>.</summary>
    public JobTypeBuilder<TPayload> Versions(string versions) => Set(_versions = ReadVersions(versions));

    /// <summary>At most so many of it run at once on one worker; 1 or more; default as many as it has slots.</summary>
    public JobTypeBuilder<TPayload> Concurrency(int count) => Set(_concurrency = Bounds.Between(count, 1, 1_000, "A type's concurrency"));

    /// <summary>The concurrency key of a job that is given none with <see cref="EnqueueOptions.ConcurrencyKey"/>: at most so many of one
    /// key run at once in the whole installation, 1 unless a limit says more. Default none.</summary>
    /// <param name="key">From the payload, when the job is created; null for no key.</param>
    public JobTypeBuilder<TPayload> ConcurrencyKey(Func<TPayload, string?> key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Set(_concurrencyKey = key);
    }

    /// <summary>Equal payloads meet the same job, without asking; never with <see cref="EnqueueOptions.Force"/>.</summary>
    public JobTypeBuilder<TPayload> UniqueByPayload(UniqueHold hold = UniqueHold.ActiveOrSucceeded)
    {
        _uniqueByPayload = true;
        _uniqueHold = hold;
        return this;
    }

    /// <summary>After how long without progress people are told, and what follows; 1 s to 365 days; default 2 h and nothing else.</summary>
    public JobTypeBuilder<TPayload> StuckAfter(TimeSpan time, OnStuck onStuck = OnStuck.Alert)
    {
        _stuckAfter = Bounds.Between(time, TimeSpan.FromSeconds(1), TimeSpan.FromDays(365), "The time after which a job counts as stuck");
        _onStuck = onStuck;
        return this;
    }

    /// <summary>How long its ended jobs are kept; 1 minute or more; default 7 days, failed ones 30.</summary>
    public JobTypeBuilder<TPayload> Retention(TimeSpan? keep = null, TimeSpan? keepFailed = null)
    {
        var (least, most) = (TimeSpan.FromMinutes(1), TimeSpan.FromDays(36_500));
        _keep = keep is { } one ? Bounds.Between(one, least, most, "A time of retention") : _keep;
        _keepFailed = keepFailed is { } other ? Bounds.Between(other, least, most, "A time of retention") : _keepFailed;
        return this;
    }

    /// <summary>Asked before a recovery offers a job of it again. The class comes from dependency injection, in one scope for each cycle of
    /// the sweep, so it may use scoped services; registered otherwise before, it stays so.</summary>
    public JobTypeBuilder<TPayload> RecoveryCheck<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TCheck>()
        where TCheck : class, IRecoveryCheck
    {
        _checks.Add(typeof(TCheck));
        Services.Add(static services => services.TryAddScoped<TCheck>());
        return this;
    }

    /// <summary>What stands for the configuration that its handler works with, such as the hash or the number of a mapping. At most 100
    /// characters, no secret; default none.</summary>
    /// <remarks>It is kept with each failure on input or configuration. When it is another one later, recovery offers such a job again,
    /// once for each; the versions of the pipeline's parts count in the same way.</remarks>
    public JobTypeBuilder<TPayload> Configuration(string fingerprint)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(fingerprint);
        return Set(_configuration = Names.Short(fingerprint, 100, "What stands for a configuration"));
    }

    /// <summary>Members of the payload that are shown to nobody: the HTTP API, its stream and the tools read <c>[redacted]</c> in their
    /// place, and no query finds them. Handlers get them as they are; the database holds them as they are.</summary>
    /// <param name="members">Names as they are in the JSON, whatever their case; <c>auth.token</c> for one within another, or within each
    /// element of a list.</param>
    /// <exception cref="PawlException"><c>name_invalid</c>: an empty name.</exception>
    public JobTypeBuilder<TPayload> Secrets(params IReadOnlyCollection<string> members)
    {
        ArgumentNullException.ThrowIfNull(members);
        _ = PayloadSecrets.Of(members);
        _secrets.AddRange(members);
        return this;
    }

    /// <summary>A request of the HTTP API may write the members of its payload beside <c>type</c>, as clients of older systems do. A name
    /// that the request has itself, such as <c>tags</c>, stays the request's.</summary>
    public JobTypeBuilder<TPayload> FlatPayload() => Set(_flatPayload = true);

    /// <summary>How the payload is read and written: from a source-generated context, for programs that are trimmed.</summary>
    public JobTypeBuilder<TPayload> Json(JsonTypeInfo<TPayload> info)
    {
        ArgumentNullException.ThrowIfNull(info);
        return Set(_json = info);
    }

    /// <summary>Refuses a payload when the job is created, by an exception that says why.</summary>
    internal JobTypeBuilder<TPayload> Check(Action<TPayload> check) => Set(_check = check);

    /// <summary>What the type needs of dependency injection.</summary>
    internal List<Action<IServiceCollection>> Services { get; } = [];

    internal JobType Build(TypeDefaults defaults, RetryPolicy retry, JsonSerializerOptions json)
    {
        var name = _name ?? (_attribute is null
            ? throw new PawlException(
                "name_invalid",
                $"The payload {typeof(TPayload).Name} has no name. "
                + "Put [Job(\"some.name\")] on it, or say type => type.Name(\"some.name\") where it is registered.")
            : Names.Type(_attribute.Name));
        var policy = _retry?.Invoke(retry) ?? retry;
        if (policy.Faults($"The retry policy of {name}", "Set it with type => type.Retry(…).") is { Count: > 0 } faults)
        {
            throw new PawlException("out_of_range", faults[0]);
        }

        var score = _score;
        return new(
            _json ?? json.GetTypeInfo(typeof(TPayload)),
            score,
            (payload, trigger) => score.Evaluate((TPayload)payload, trigger, 0),
            score.RetryPoints)
        {
            Name = name,
            PayloadType = typeof(TPayload),
            Queue = _queue ?? (_attribute?.Queue is { } queue ? Names.Queue(queue) : "default"),
            Description = _description ?? _attribute?.Description,
            Timeout = _timeout ?? (_attribute?.Timeout is { } timeout ? Bounds.Timeout(Durations.Parse(timeout)) : defaults.Timeout),
            Grace = _grace ?? (_attribute?.Grace is { } grace ? Bounds.Grace(Durations.Parse(grace)) : defaults.Grace),
            MaxItems = _maxItems ?? (_attribute is { MaxItems: not 0 } ? Bounds.MaxItems(_attribute.MaxItems) : defaults.MaxItems),
            MaxFailedItems = _maxFailedItems ?? defaults.MaxFailedItems,
            Retryable = _retryable ?? _attribute?.Retryable ?? true,
            Retry = policy,
            Versions = _versions ?? (_attribute?.Versions is { } versions ? ReadVersions(versions) : PipelineVersion.None),
            UniqueByPayload = _uniqueByPayload,
            Secrets = [.. _secrets],
            Hidden = PayloadSecrets.Of(_secrets),
            FlatPayload = _flatPayload,
            UniqueHold = _uniqueHold,
            Concurrency = _concurrency,
            StuckAfter = _stuckAfter ?? defaults.StuckAfter,
            OnStuck = _onStuck,
            Keep = _keep,
            KeepFailed = _keepFailed,
            RecoveryChecks = _checks,
            Configuration = _configuration,
            BasePriority = score.BaseWord,
            ScorePoints = score.Points,
            ErrorRules = _errors,
            ConcurrencyKey = _concurrencyKey is { } key ? payload => key((TPayload)payload) : null,
            Check = _check is { } check ? payload => check((TPayload)payload) : null,
        };
    }

    private static PipelineVersion ReadVersions(string text)
    {
        try
        {
            return PipelineVersion.Parse(text);
        }
        catch (FormatException fault)
        {
            throw new PawlException("name_invalid", fault.Message, fault);
        }
    }

    private JobTypeBuilder<TPayload> Add(ErrorRule rule)
    {
        _errors.Add(rule);
        return this;
    }

    private JobTypeBuilder<TPayload> Set<T>(T _) => this;
}
