using Pawl.Storage;

namespace Pawl.Postgres;

/// <summary>What of a job is its own, as a claim reads it.</summary>
/// <param name="ShapeId">What it shares with others.</param>
/// <param name="Payload">UTF-8 JSON.</param>
/// <param name="More">What few jobs have.</param>
internal readonly record struct Body(int ShapeId, byte[] Payload, BodyMore? More)
{
    public static Body Of(Row row) => new(row.Int(1), row.Bytes(2), row.Flag(3) ? BodyMore.Of(row) : null);
}

/// <summary>What few jobs have.</summary>
internal sealed record BodyMore(
    JobId? ParentId,
    DateTimeOffset? DeadlineAt,
    string? RateKey,
    IReadOnlyDictionary<string, string>? Tags,
    string? Traceparent,
    string? RequestedBy)
{
    public static BodyMore Of(Row row) => new(
        row.LongOrNull(4) is { } parent ? new JobId(parent) : null, row.TimeOrNull(5), row.TextOrNull(6),
        StoreJson.ReadWords(row.TextOrNull(7)), row.TextOrNull(8), row.TextOrNull(9));
}
