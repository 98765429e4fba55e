using SQLitePCL;

namespace Pawl.Sqlite;

/// <summary>One prepared statement, bound by position in the order its parameters first appear.</summary>
/// <remarks>The hot path binds and reads some thirty values a job; going to the native library directly costs a fifth of what ADO.NET's
/// boxed parameters cost.</remarks>
internal sealed class Statement : IDisposable
{
    private readonly sqlite3 _db;
    private readonly sqlite3_stmt _statement;
    private int _next = 1;

    public Statement(sqlite3 db, string sql)
    {
        _db = db;
        var code = raw.sqlite3_prepare_v3(db, sql, 1 /* SQLITE_PREPARE_PERSISTENT */, out _statement);
        ThrowIf(code);
    }

    public Statement Bind(long value)
    {
        ThrowIf(raw.sqlite3_bind_int64(_statement, _next++, value));
        return this;
    }

    public Statement Bind(int value) => Bind((long)value);

    public Statement Bind(bool value) => Bind(value ? 1L : 0L);

    public Statement Bind(long? value) => value is { } known ? Bind(known) : BindNull();

    public Statement Bind(int? value) => value is { } known ? Bind((long)known) : BindNull();

    public Statement Bind(string? value)
    {
        ThrowIf(value is null ? raw.sqlite3_bind_null(_statement, _next++) : raw.sqlite3_bind_text(_statement, _next++, value));
        return this;
    }

    public Statement Bind(DateTimeOffset value) => Bind(Micros.Of(value));

    public Statement Bind(DateTimeOffset? value) => value is { } known ? Bind(Micros.Of(known)) : BindNull();

    public Statement Bind(TimeSpan value) => Bind(Micros.Of(value));

    public Statement Bind(TimeSpan? value) => value is { } known ? Bind(Micros.Of(known)) : BindNull();

    public Statement Bind(JobId value) => Bind(value.Value);

    public Statement Bind(JobId? value) => Bind(value?.Value);

    public Statement Bind(in LeaseToken token)
    {
        Span<byte> bytes = stackalloc byte[LeaseToken.Size];
        token.Write(bytes);
        return BindBlob(bytes);
    }

    /// <summary>Binds UTF-8 as text.</summary>
    public Statement BindText(ReadOnlySpan<byte> utf8)
    {
        // an empty span has no address, and no address would be bound as null
        ThrowIf(utf8.IsEmpty ? raw.sqlite3_bind_text(_statement, _next++, "") : raw.sqlite3_bind_text(_statement, _next++, utf8));
        return this;
    }

    public Statement BindText(ReadOnlyMemory<byte>? utf8) => utf8 is { } known ? BindText(known.Span) : BindNull();

    public Statement BindBlob(ReadOnlySpan<byte> bytes)
    {
        ThrowIf(bytes.IsEmpty ? raw.sqlite3_bind_zeroblob(_statement, _next++, 0) : raw.sqlite3_bind_blob(_statement, _next++, bytes));
        return this;
    }

    public Statement BindBlobOrNull(ReadOnlySpan<byte> bytes) => bytes.IsEmpty ? BindNull() : BindBlob(bytes);

    public Statement BindNull()
    {
        ThrowIf(raw.sqlite3_bind_null(_statement, _next++));
        return this;
    }

    /// <summary>Goes to the next row; false at the end, where the statement is ready to be bound anew.</summary>
    public bool Step()
    {
        var code = raw.sqlite3_step(_statement);
        if (code == raw.SQLITE_ROW)
        {
            return true;
        }

        Reset();
        if (code != raw.SQLITE_DONE)
        {
            Throw(code);
        }

        return false;
    }

    /// <summary>Runs a statement that gives no rows; how many rows it changed.</summary>
    public int Run()
    {
        while (Step())
        {
        }

        return raw.sqlite3_changes(_db);
    }

    public void Reset()
    {
        _ = raw.sqlite3_reset(_statement);   // repeats the error of the last step, which was thrown already
        _next = 1;
    }

    public bool IsNull(int column) => raw.sqlite3_column_type(_statement, column) == raw.SQLITE_NULL;

    public long Long(int column) => raw.sqlite3_column_int64(_statement, column);

    public int Int(int column) => raw.sqlite3_column_int(_statement, column);

    public bool Flag(int column) => raw.sqlite3_column_int(_statement, column) != 0;

    public long? LongOrNull(int column) => IsNull(column) ? null : Long(column);

    public int? IntOrNull(int column) => IsNull(column) ? null : Int(column);

    public string Text(int column) => raw.sqlite3_column_text(_statement, column).utf8_to_string();

    public string? TextOrNull(int column) => IsNull(column) ? null : Text(column);

    public byte[] Bytes(int column) => raw.sqlite3_column_blob(_statement, column).ToArray();

    // Not byte[]?, and no bare null: either would turn into empty bytes, which are something else.
    public ReadOnlyMemory<byte>? BytesOrNull(int column) => IsNull(column) ? default(ReadOnlyMemory<byte>?) : Bytes(column);

    public ReadOnlySpan<byte> Span(int column) => raw.sqlite3_column_blob(_statement, column);

    public DateTimeOffset Time(int column) => Micros.ToTime(Long(column));

    public DateTimeOffset? TimeOrNull(int column) => IsNull(column) ? null : Time(column);

    public TimeSpan Length(int column) => Micros.ToLength(Long(column));

    public TimeSpan? LengthOrNull(int column) => IsNull(column) ? null : Length(column);

    public T Word<T>(int column)
        where T : struct, Enum => Words.Parse<T>(Text(column));

    public T? WordOrNull<T>(int column)
        where T : struct, Enum => IsNull(column) ? null : Word<T>(column);

    public void Dispose() => _statement.Dispose();

    private void ThrowIf(int code)
    {
        if (code != raw.SQLITE_OK)
        {
            Throw(code);
        }
    }

    private void Throw(int code) => throw Connection.Failure(_db, code);
}
