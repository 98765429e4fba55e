using Npgsql;

namespace Pawl.Postgres;

/// <summary>The row that a statement is at.</summary>
internal readonly struct Row(NpgsqlDataReader reader)
{
    public bool IsNull(int column) => reader.IsDBNull(column);

    public long Long(int column) => reader.GetFieldValue<long>(column);

    public int Int(int column) => reader.GetFieldValue<int>(column);

    public double Double(int column) => reader.GetDouble(column);

    public double? DoubleOrNull(int column) => IsNull(column) ? null : Double(column);

    public bool Flag(int column) => reader.GetBoolean(column);

    public long? LongOrNull(int column) => IsNull(column) ? null : Long(column);

    public int? IntOrNull(int column) => IsNull(column) ? null : Int(column);

    public string Text(int column) => reader.GetString(column);

    public string? TextOrNull(int column) => IsNull(column) ? null : Text(column);

    /// <summary>A blob, or a text as UTF-8.</summary>
    public byte[] Bytes(int column) => reader.GetFieldValue<byte[]>(column);

    // Not byte[]?, and no bare null: either would turn into empty bytes, which are something else.
    public ReadOnlyMemory<byte>? BytesOrNull(int column) => IsNull(column) ? default(ReadOnlyMemory<byte>?) : Bytes(column);

    public long[] Longs(int column) => reader.GetFieldValue<long[]>(column);

    public DateTimeOffset Time(int column) => Micros.ToTime(Long(column));

    public DateTimeOffset? TimeOrNull(int column) => IsNull(column) ? null : Time(column);

    public TimeSpan Length(int column) => Micros.ToLength(Long(column));

    public TimeSpan? LengthOrNull(int column) => IsNull(column) ? null : Length(column);

    public T Word<T>(int column)
        where T : struct, Enum => Words.Parse<T>(Text(column));

    public T? WordOrNull<T>(int column)
        where T : struct, Enum => IsNull(column) ? null : Word<T>(column);

    /// <summary>The state of a job; one that nobody knows is a damaged row, which counts as failed and stands in nobody's way.</summary>
    public JobState State(int column)
    {
        try
        {
            return Word<JobState>(column);
        }
        catch (FormatException)
        {
            return JobState.Failed;
        }
    }

    /// <summary>The same, of a job that may stand elsewhere.</summary>
    public JobState? StateOrNull(int column) => IsNull(column) ? null : State(column);

    public LeaseToken Token(int column) => LeaseToken.Read(Bytes(column));
}
