using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Pawl.Web.Routing;
using Pawl.Web.Wire;

namespace Pawl.Web.Api;

/// <summary>Reads what somebody wants created.</summary>
internal static class JobDrafts
{
    private static readonly string[] Members =
    [
        "type", "payload", "queue", "priority", "trigger", "tags", "run_at", "delay_ms", "start_by", "deadline_at", "timeout_ms",
        "grace_ms", "max_attempts", "max_items", "unique_key", "unique_hold", "concurrency_key", "on_busy", "rate_key", "depends_on",
        "requires_approval", "parent_id", "kind", "versions", "force",
    ];

    private static readonly TimeSpan MaxAhead = TimeSpan.FromDays(36_500);
    private static readonly ReadOnlyMemory<byte> Null = "null"u8.ToArray();

    /// <summary>Reads one job. What the caller may not see does not exist.</summary>
    public static JobDraft Read(Call call, JsonElement element, string pointer = "")
    {
        var isFlat = IsFlat(call, element, pointer);
        var fields = new Fields(element, pointer, isFlat ? [.. Members, .. NamesIn(element)] : Members);
        if (fields.Text("type") is not { } type)
        {
            fields.Required("type");
            return null!;
        }

        fields.Checked("type", () => Names.Type(type));
        var options = Options(call, fields);
        if (options.Force != Force.None)
        {
            call.Require(ApiRole.Operator);
        }

        return new(type, isFlat ? Fitting(FlatOf(element), pointer) : PayloadOf(fields), options);
    }

    /// <summary>Whether the members of the payload stand beside <c>type</c>, where the type says they may.</summary>
    private static bool IsFlat(Call call, JsonElement element, string pointer) =>
        element.ValueKind == JsonValueKind.Object && !element.TryGetProperty("payload", out _)
        && element.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String
        && call.Site.Types.Find(Json.Text(type, $"{pointer}/type")) is { FlatPayload: true };

    private static IEnumerable<string> NamesIn(JsonElement element) => element.EnumerateObject().Select(static member => member.Name);

    private static byte[] FlatOf(JsonElement element)
    {
        var payload = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(payload))
        {
            json.WriteStartObject();
            foreach (var member in element.EnumerateObject().Where(static member => !Members.Contains(member.Name)))
            {
                json.WritePropertyName(member.Name);
                json.WriteRawValue(Json.Raw(member.Value).Span);   // numbers as they are written
            }

            json.WriteEndObject();
        }

        return payload.WrittenSpan.ToArray();
    }

    /// <summary>The payload as it was sent; <c>null</c> when there is none.</summary>
    public static ReadOnlyMemory<byte> PayloadOf(Fields fields)
    {
        if (!fields.TryGet("payload", out var value))
        {
            return Null;
        }

        return Fitting(Json.Raw(value), fields.At("payload"));
    }

    private static ReadOnlyMemory<byte> Fitting(ReadOnlyMemory<byte> raw, string pointer) => raw.Length <= Bounds.MaxPayload
        ? raw
        : throw Fields.Fault(
            pointer,
            "payload_too_large",
            $"A payload has at most {Bounds.MaxPayload} bytes, and this one has {raw.Length}. Store the data elsewhere.",
            ("max_bytes", Bounds.MaxPayload));

    /// <summary>The versions of the pipeline's parts, as an object or in one text.</summary>
    public static IReadOnlyDictionary<string, string>? VersionsOf(Fields fields)
    {
        if (!fields.TryGet("versions", out var value) || value.ValueKind != JsonValueKind.String)
        {
            return fields.Checked("versions", () => Names.Versions(fields.Map("versions")));
        }

        return PipelineVersion.TryParse(Json.Text(value, fields.At("versions")), out var version)
            ? version.Parts.ToDictionary(part => part.Name, part => part.Version)
            : throw Fields.Fault(fields.At("versions"), "name_invalid", "Versions are written like parser-1.2/cards-v1.");
    }

    private static EnqueueOptions Options(Call call, Fields fields)
    {
        var now = call.Now;
        var (runAt, delay) = (fields.Time("run_at"), fields.Milliseconds("delay_ms", TimeSpan.Zero, MaxAhead));
        if (runAt is not null && delay is not null)
        {
            throw Fields.Fault(fields.At("delay_ms"), "out_of_range", "A job takes run_at or delay_ms, but was given both. Leave one out.");
        }

        return new()
        {
            Queue = fields.Checked("queue", () => fields.Text("queue") is { } queue ? Names.Queue(queue) : null),
            Priority = fields.Whole("priority", Priority.Lowest, Priority.Highest),
            Trigger = fields.Word("trigger", Trigger.Manual, Trigger.Api) ?? Trigger.Api,
            Tags = Tags(fields),
            RunAt = fields.Checked("run_at", () => runAt is { } at ? Bounds.RunAt(at, now) : (DateTimeOffset?)null),
            Delay = fields.Checked("delay_ms", () => delay is { } length ? Bounds.Delay(length) : (TimeSpan?)null),
            StartBy = fields.Time("start_by"),
            DeadlineAt = fields.Time("deadline_at"),
            Timeout = fields.Milliseconds("timeout_ms", TimeSpan.FromMilliseconds(1), Bounds.MaxTimeout),
            Grace = fields.Milliseconds("grace_ms", TimeSpan.Zero, Bounds.MaxGrace),
            MaxAttempts = fields.Whole("max_attempts", 1, 100),
            MaxItems = fields.Whole("max_items", 1, int.MaxValue),
            UniqueKey = Key(fields, "unique_key", "A unique key"),
            UniqueHold = fields.Word<UniqueHold>("unique_hold") ?? default,
            ConcurrencyKey = Key(fields, "concurrency_key", "A concurrency key"),
            OnBusy = fields.Word<OnBusy>("on_busy") ?? default,
            RateKey = Key(fields, "rate_key", "A rate key"),
            DependsOn = DependsOn(fields),
            RequiresApproval = fields.Flag("requires_approval") ?? false,
            Parent = fields.Text("parent_id") is { } parent ? IdOf(parent, fields.At("parent_id")) : null,
            Kind = fields.Checked("kind", () => Names.Kind(fields.Text("kind"))),
            Versions = VersionsOf(fields),
            Force = fields.Word<Force>("force") ?? Force.None,
            Traceparent = TraceOf(call),
            RequestedBy = call.Caller.Actor,
        };
    }

    private static string? Key(Fields fields, string name, string what) =>
        fields.Checked(name, () => fields.Text(name) is { } key ? Names.Key(key, what) : null);

    private static IReadOnlyDictionary<string, string>? Tags(Fields fields)
    {
        if (fields.TryGet("tags", out var value) && value.ValueKind == JsonValueKind.Object && value.GetPropertyCount() > Names.MaxTags)
        {
            throw Fields.Fault(
                fields.At("tags"),
                "too_many",
                $"A job has at most {Names.MaxTags} tags. Put the rest into the payload.",
                ("max", Names.MaxTags));
        }

        return fields.Checked("tags", () => Names.Tags(fields.Map("tags")));
    }

    private static IReadOnlyList<Dependency> DependsOn(Fields fields)
    {
        if (!fields.TryGet("depends_on", out var value))
        {
            return [];
        }

        var pointer = fields.At("depends_on");
        if (value.ValueKind != JsonValueKind.Array)
        {
            throw Fields.Mismatch(pointer, "a list", value);
        }

        if (value.GetArrayLength() > Bounds.MaxDependencies)
        {
            throw Fields.Fault(
                pointer,
                "too_many",
                $"A job depends on at most {Bounds.MaxDependencies} jobs. Let a job in between collect them.",
                ("max", Bounds.MaxDependencies));
        }

        var (all, index) = (new Dictionary<JobId, Dependency>(), 0);
        foreach (var each in value.EnumerateArray())
        {
            var dependency = DependencyOf(each, string.Create(CultureInfo.InvariantCulture, $"{pointer}/{index++}"));
            all[dependency.On] = dependency;
        }

        return [.. all.Values];
    }

    private static Dependency DependencyOf(JsonElement element, string pointer)
    {
        if (element.ValueKind == JsonValueKind.String)
        {
            return new(IdOf(Json.Text(element, pointer), pointer));
        }

        var fields = new Fields(element, pointer, "job_id", "when", "on_failed");
        if (fields.Text("job_id") is not { } id)
        {
            fields.Required("job_id");
            return null!;
        }

        return new(
            IdOf(id, fields.At("job_id")),
            fields.Word<DependencyWhen>("when") ?? DependencyWhen.Succeeded,
            fields.Word<DependencyOnFailed>("on_failed") ?? DependencyOnFailed.Cancel);
    }

    // What is no id names no job: the same as one that is not there.
    private static JobId IdOf(string text, string pointer) => JobId.TryParse(text, out var id)
        ? id
        : throw Fields.Fault(pointer, "dependency_missing", $"There is no job {Shown.Text(text)}. Name a job that exists.");

    private static string? TraceOf(Call call) =>
        call.Http.Request.Headers.TraceParent.ToString() is { Length: 55 } text
        && System.Diagnostics.ActivityContext.TryParse(text, null, out _)
            ? text
            : null;
}
