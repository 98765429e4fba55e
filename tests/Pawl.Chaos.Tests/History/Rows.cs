using System.Data.Common;
using System.Text.Json;

namespace Pawl.Chaos.Tests.History;

/// <summary>What stands in a row of either store; each asks for the columns in this order.</summary>
internal static class Rows
{
    public static StoredJob Job(DbDataReader row) => new()
    {
        Id = row.GetInt64(0),
        Line = row.GetInt64(1),
        Type = row.GetString(2),
        State = row.GetString(3),
        Held = row.GetBoolean(4),
        Dismissed = row.GetBoolean(5),
        Generation = row.GetInt32(6),
        Attempt = row.GetInt32(7),
        MaxAttempts = row.GetInt32(8),
        UniqueKey = Word(row, 9),
        Parent = Number(row, 10),
        Tag = Member(row, 11, "call"),
        ErrorCode = Member(row, 12, "code"),
        Failures = row.GetInt32(13),
        Losses = row.GetInt32(14),
        Queue = row.GetString(15),
        Reason = Word(row, 16),
        Trigger = Word(row, 17),
    };

    public static StoredAttempt Attempt(DbDataReader row) => new()
    {
        Job = row.GetInt64(0),
        Attempt = row.GetInt32(1),
        Generation = row.GetInt32(2),
        Pid = row.GetInt32(3),
        Outcome = row.GetString(4),
        Rule = Word(row, 5),
        EndedAt = row.GetInt64(6),
        StartedAt = row.GetInt64(7),
        NextRunAt = Number(row, 8),
    };

    public static StoredAudit Audit(DbDataReader row) =>
        new(row.GetInt64(0), Word(row, 1), row.GetString(2), Number(row, 3) ?? 0, Word(row, 4), Word(row, 5), Word(row, 6));

    private static string? Word(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static long? Number(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);

    private static string? Member(DbDataReader row, int column, string name)
    {
        if (row.IsDBNull(column))
        {
            return null;
        }

        using var json = JsonDocument.Parse(row.GetString(column));
        return json.RootElement.TryGetProperty(name, out var member) ? member.GetString() : null;
    }
}
