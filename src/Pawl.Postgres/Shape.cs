using Pawl.Storage;

namespace Pawl.Postgres;

/// <summary>What jobs of one type mostly share, as a claim needs it.</summary>
internal sealed record Shape(
    Trigger Trigger,
    string? Kind,
    int MaxAttempts,
    TimeSpan Timeout,
    TimeSpan Grace,
    int? MaxItems,
    Force Force,
    IReadOnlyDictionary<string, string>? Versions)
{
    public static Shape Of(Row row) => new(
        row.Word<Trigger>(0), row.TextOrNull(1), row.Int(2), row.Length(3), row.Length(4), row.IntOrNull(5),
        row.WordOrNull<Force>(6) ?? Force.None, StoreJson.ReadWords(row.TextOrNull(7)));
}

/// <summary>All of a shape: two jobs that agree in it have the same one.</summary>
internal sealed record ShapeKey(
    int LineId,
    int Priority,
    string? Reasons,
    Trigger Trigger,
    string? Kind,
    int MaxAttempts,
    TimeSpan Timeout,
    TimeSpan Grace,
    int? MaxItems,
    Force Force,
    string? Versions);
