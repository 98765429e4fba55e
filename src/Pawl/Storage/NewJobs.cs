using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Pawl.Storage;

/// <summary>Makes the job that is stored out of a payload, its options and its type. Here every limit of a request is checked.</summary>
internal sealed class NewJobs(JobTypes types, PawlOptions options)
{
    private static readonly ScoreRules<object?> NoRules = new();

    /// <summary>A job from a payload of a class.</summary>
    public NewJob Of<TPayload>(TPayload payload, EnqueueOptions? wish, DateTimeOffset now)
        where TPayload : notnull
    {
        var given = wish ?? Nothing;
        if (types.TryFind(typeof(TPayload), out var type))
        {
            var json = Write(() => JsonSerializer.SerializeToUtf8Bytes(payload, (JsonTypeInfo<TPayload>)type.Json), type);
            var score = given.Priority is { } explicitly
                ? PriorityScore.Explicit(Bounds.Priority(explicitly))
                : ((ScoreRules<TPayload>)type.Rules).Evaluate(payload, given.Trigger, 0);
            return Fill(type.Name, type, json, score, type.ConcurrencyKey is null ? given : Keyed(type, payload, given), now);
        }

        // Named by a base class or an interface: what it is decides.
        if (types.TryFind(payload.GetType(), out type))
        {
            var json = Write(() => JsonSerializer.SerializeToUtf8Bytes(payload, type.Json), type);
            return Fill(type.Name, type, json, ScoreOf(type, payload, given), Keyed(type, payload, given), now);
        }

        throw new PawlException(
            "type_unknown",
            $"The payload {payload.GetType().Name} belongs to no known job type. "
            + "Register it with AddHandler<…>(), or with AddType<…>() where another program runs it.");
    }

    /// <summary>A job from JSON, by the name of its type, which need not be known here.</summary>
    public NewJob Of(string name, ReadOnlyMemory<byte> json, EnqueueOptions? wish, DateTimeOffset now)
    {
        var given = wish ?? Nothing;
        Names.Type(name);
        Bounds.Payload(json.Length);
        CanonicalJson.Check(json);
        if (!types.TryFind(name, out var type))
        {
            var unknown = given.Priority is { } explicitly
                ? PriorityScore.Explicit(Bounds.Priority(explicitly))
                : NoRules.Evaluate(null, given.Trigger, 0);
            return Fill(name, null, json, unknown, given, now);
        }

        object? payload;
        try
        {
            payload = JsonSerializer.Deserialize(json.Span, type.Json);
        }
        catch (Exception fault) when (fault is JsonException or NotSupportedException)
        {
            throw Misfit.Of(name, fault);
        }

        if (payload is null)
        {
            throw new PawlException("payload_invalid", $"The payload does not fit the job type {Shown.Text(name)}: it is null.")
            {
                Data = { [Misfit.Pointer] = "" },
            };
        }

        type.Hidden?.Check(json);
        type.Check?.Invoke(payload);
        return Fill(name, type, json, ScoreOf(type, payload, given), Keyed(type, payload, given), now);
    }

    private static readonly EnqueueOptions Nothing = new();

    private static EnqueueOptions Keyed(JobType type, object payload, EnqueueOptions given) =>
        given.ConcurrencyKey is null && type.ConcurrencyKey?.Invoke(payload) is { } key ? given with { ConcurrencyKey = key } : given;

    private static PriorityScore ScoreOf(JobType type, object payload, EnqueueOptions given) =>
        given.Priority is { } explicitly ? PriorityScore.Explicit(Bounds.Priority(explicitly)) : type.Score(payload, given.Trigger);

    private static byte[] Write(Func<byte[]> write, JobType type)
    {
        byte[] json;
        try
        {
            json = write();
        }
        catch (Exception fault) when (fault is JsonException or NotSupportedException or ArgumentException)
        {
            throw new PawlException("payload_invalid", $"The payload of {Shown.Text(type.Name)} cannot be written as JSON: "
                + $"{fault.Message}", fault);
        }

        Bounds.Payload(json.Length);
        return json;
    }

    private NewJob Fill(
        string name, JobType? type, ReadOnlyMemory<byte> json, PriorityScore score, EnqueueOptions given, DateTimeOffset now)
    {
        var uniqueKey = given.UniqueKey is { } unique
            ? Names.Key(unique, "A unique key")
            : type is { UniqueByPayload: true } && given.Force == Force.None ? "payload:" + CanonicalJson.HexHash(json) : null;
        var job = new NewJob
        {
            Type = name,
            Queue = given.Queue is { } queue ? Names.Queue(queue) : type?.Queue ?? "default",
            Payload = json,
            Priority = score.Points,
            PriorityReasons = score.Reasons,
            Trigger = given.Trigger,
            Kind = Names.Kind(given.Kind),
            ParentId = given.Parent,
            DependsOn = DependenciesOf(given),
            RequiresApproval = given.RequiresApproval,
            MaxAttempts = given.MaxAttempts is { } attempts
                ? Bounds.MaxAttempts(attempts)
                : type is { Retryable: false } ? 1 : (type?.Retry ?? options.Retry).MaxAttempts,
            RunAt = RunAtOf(given, now),
            StartBy = given.StartBy is { } startBy ? Bounds.Instant(startBy) : null,
            DeadlineAt = given.DeadlineAt is { } deadline ? Bounds.Instant(deadline) : null,
            Timeout = given.Timeout is { } timeout ? Bounds.Timeout(timeout) : type?.Timeout ?? options.Types.Default.Timeout,
            Grace = given.Grace is { } grace ? Bounds.Grace(grace) : type?.Grace ?? options.Types.Default.Grace,
            MaxItems = given.MaxItems is { } items ? Bounds.MaxItems(items) : type?.MaxItems,
            ConcurrencyKey = given.ConcurrencyKey is { } concurrency ? Names.Key(concurrency, "A concurrency key") : null,
            OnBusy = given.OnBusy,
            RateKey = given.RateKey is { } rate ? Names.Key(rate, "A rate key") : null,
            UniqueKey = uniqueKey,
            UniqueHold = given.UniqueKey is null && uniqueKey is not null ? type!.UniqueHold : given.UniqueHold,
            IdempotencyKey = given.IdempotencyKey is { } own ? Names.Key(own, "An idempotency key") : null,
            IdempotencyHold = options.IdempotencyHold,
            Force = given.Force,
            Versions = Names.Versions(given.Versions) ?? Versions(type),
            Tags = Names.Tags(given.Tags),
            Traceparent = given.Traceparent ?? Trace(),
            RequestedBy = Names.Short(given.RequestedBy, Names.MaxName, "A requester's name"),
        };
        return job.UniqueKey is null && job.IdempotencyKey is null ? job : job with { BodyHash = RequestHash.Of(job, given) };
    }

    private static Dictionary<string, string>? Versions(JobType? type) =>
        type is null || type.Versions.Parts.Count == 0 ? null : type.Versions.Parts.ToDictionary(part => part.Name, part => part.Version);

    private static IReadOnlyList<Dependency> DependenciesOf(EnqueueOptions given)
    {
        var all = given.After is { } after ? [.. given.DependsOn, new Dependency(after)] : given.DependsOn;
        return all.Count <= Bounds.MaxDependencies
            ? all
            : throw new PawlException(
                "too_many", $"A job depends on at most {Bounds.MaxDependencies} jobs, but {all.Count} were given. "
                + "Let a job in between collect them.");
    }

    private static DateTimeOffset? RunAtOf(EnqueueOptions given, DateTimeOffset now) => (given.RunAt, given.Delay) switch
    {
        (null, null) => null,
        ({ } at, null) => Bounds.RunAt(at, now),
        (null, { } delay) => Bounds.Instant(now + Bounds.Delay(delay)),
        _ => throw new PawlException("out_of_range", "A job takes a delay or a time to run at, but was given both. Leave one out."),
    };

    private static string? Trace() => Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity ? activity.Id : null;
}
