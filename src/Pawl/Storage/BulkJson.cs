using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pawl.Storage;

/// <summary>What a store keeps of a bulk operation as JSON.</summary>
internal sealed record BulkOrder(
    string? Query,
    IReadOnlyList<long>? Ids,
    BulkParams Params,
    IReadOnlyList<string>? Queues,
    IReadOnlyList<string>? Types,
    long Max)
{
    public static BulkOrder Of(NewBulk bulk) =>
        new(bulk.Query, bulk.Ids?.Select(static id => id.Value).ToList(), bulk.Params, bulk.Scope.Queues, bulk.Scope.Types, bulk.Max);
}

/// <summary>A job that was left alone, as it is kept.</summary>
internal readonly record struct KeptError(long Job, string Code);

/// <inheritdoc cref="BulkOrder"/>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(BulkOrder))]
[JsonSerializable(typeof(List<KeptError>))]
internal sealed partial class BulkJson : JsonSerializerContext
{
    private const int MostErrors = 100;

    public static string Write(BulkOrder order) => JsonSerializer.Serialize(order, Default.BulkOrder);

    /// <summary>What was kept before, and more of them as long as there is room.</summary>
    public static string Write(IReadOnlyList<BulkError> before, IEnumerable<BulkError> more) => JsonSerializer.Serialize(
        [.. before.Concat(more).Take(MostErrors).Select(static error => new KeptError(error.Job.Value, error.Code))],
        Default.ListKeptError);

    /// <summary>An operation with the columns that a store has besides.</summary>
    public static BulkOperation Read(
        long id, string action, string state, string order, long newest, long? reached,
        (long Total, long Changed, long Skipped, long Failed) n, string errors,
        string? by, DateTimeOffset createdAt, DateTimeOffset? endedAt)
    {
        var kept = JsonSerializer.Deserialize(order, Default.BulkOrder)
            ?? throw new FormatException("A bulk operation's row holds no order.");
        return new()
        {
            Id = id,
            Action = Words.Parse<BulkAction>(action),
            State = Words.Parse<BulkState>(state),
            Query = kept.Query,
            Ids = kept.Ids?.Select(static job => new JobId(job)).ToList(),
            Params = kept.Params,
            Scope = new() { Queues = kept.Queues, Types = kept.Types },
            Max = kept.Max,
            Newest = new(newest),
            Reached = reached is { } place ? new JobId(place) : null,
            Total = Math.Max(n.Total, n.Changed + n.Skipped + n.Failed),
            Changed = n.Changed,
            Skipped = n.Skipped,
            Failed = n.Failed,
            Errors = [.. (JsonSerializer.Deserialize(errors, Default.ListKeptError) ?? [])
                .Select(static error => new BulkError(new(error.Job), error.Code))],
            RequestedBy = by,
            CreatedAt = createdAt,
            EndedAt = endedAt,
        };
    }
}
