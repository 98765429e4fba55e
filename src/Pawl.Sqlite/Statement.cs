using System.Text;
using Pawl.Storage;
using SQLitePCL;

namespace Pawl.Sqlite;

/// <summary>One prepared statement, bound by position in the order its parameters first appear.</summary>
/// <remarks>The hot path binds and reads some thirty values a job; going to the native library directly costs a tenth of what ADO.NET's
/// boxed parameters cost. The handles are plain numbers here (see <see cref="Native"/>): whoever uses a statement holds its
/// connection.</remarks>
internal sealed class Statement : IDisposable
{
    private readonly sqlite3 _db;
    private readonly sqlite3_stmt _owned;
    private readonly nint _statement;
    private readonly nint _changed;
    private int _next = 1;

    public Statement(sqlite3 db, string sql)
    {
        _db = db;
        var code = raw.sqlite3_prepare_v3(db, sql, 1 /* SQLITE_PREPARE_PERSISTENT */, out _owned);
        ThrowIf(code);
        _statement = _owned.DangerousGetHandle();
        _changed = db.DangerousGetHandle();
    }

    public Statement Bind(long value)
    {
        ThrowIf(Native.BindLong(_statement, _next++, value));
        return this;
    }

    public Statement Bind(int value) => Bind((long)value);

    public Statement Bind(bool value) => Bind(value ? 1L : 0L);

    public Statement Bind(long? value) => value is { } known ? Bind(known) : BindNull();

    public Statement Bind(int? value) => value is { } known ? Bind((long)known) : BindNull();

    public Statement Bind(double? value)
    {
        if (value is not { } known)
        {
            return BindNull();
        }

        ThrowIf(raw.sqlite3_bind_double(_owned, _next++, known));
        return this;
    }

    public Statement Bind(string? value)
    {
        if (value is null)
        {
            return BindNull();
        }

        if (value.Contains('\0'))
        {
            value = StoredText.Of(value);   // halves of surrogate pairs are mended on the way to UTF-8
        }

        const int Short = 256;
        var most = Encoding.UTF8.GetMaxByteCount(value.Length);
        Span<byte> utf8 = most <= Short ? stackalloc byte[Short] : new byte[most];
        return BindText(utf8[..Encoding.UTF8.GetBytes(value, utf8)]);
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
    public unsafe Statement BindText(ReadOnlySpan<byte> utf8)
    {
        // an empty span has no address, and no address would be bound as null
        byte nothing = 0;
        fixed (byte* bytes = utf8)
        {
            ThrowIf(Native.BindText(_statement, _next++, bytes is null ? &nothing : bytes, utf8.Length, Native.Transient));
        }

        return this;
    }

    public Statement BindText(ReadOnlyMemory<byte>? utf8) => utf8 is { } known ? BindText(known.Span) : BindNull();

    public unsafe Statement BindBlob(ReadOnlySpan<byte> bytes)
    {
        byte nothing = 0;
        fixed (byte* first = bytes)
        {
            ThrowIf(Native.BindBlob(_statement, _next++, first is null ? &nothing : first, bytes.Length, Native.Transient));
        }

        return this;
    }

    public Statement BindBlobOrNull(ReadOnlySpan<byte> bytes) => bytes.IsEmpty ? BindNull() : BindBlob(bytes);

    public Statement BindNull()
    {
        ThrowIf(Native.BindNull(_statement, _next++));
        return this;
    }

    /// <summary>Goes to the next row; false at the end, where the statement is ready to be bound anew.</summary>
    public bool Step()
    {
        var code = Native.Step(_statement);
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

        return Native.Changes(_changed);
    }

    public void Reset()
    {
        _ = Native.Reset(_statement);   // repeats the error of the last step, which was thrown already
        _next = 1;
    }

    public bool IsNull(int column) => Native.ColumnType(_statement, column) == raw.SQLITE_NULL;

    public long Long(int column) => Native.ColumnLong(_statement, column);

    public double Double(int column) => raw.sqlite3_column_double(_owned, column);

    public int Int(int column) => (int)Long(column);

    public bool Flag(int column) => Long(column) != 0;

    public long? LongOrNull(int column) => IsNull(column) ? null : Long(column);

    public double? DoubleOrNull(int column) => IsNull(column) ? null : Double(column);

    public int? IntOrNull(int column) => IsNull(column) ? null : Int(column);

    public string Text(int column) => Encoding.UTF8.GetString(Utf8(column));

    public string? TextOrNull(int column) => IsNull(column) ? null : Text(column);

    public byte[] Bytes(int column) => Span(column).ToArray();

    // Not byte[]?, and no bare null: either would turn into empty bytes, which are something else.
    public ReadOnlyMemory<byte>? BytesOrNull(int column) => IsNull(column) ? default(ReadOnlyMemory<byte>?) : Bytes(column);

    /// <summary>The bytes of a value; good until the next step or reset.</summary>
    public unsafe ReadOnlySpan<byte> Span(int column)
    {
        var bytes = Native.ColumnBlob(_statement, column);   // first the value, then its length: the order SQLite asks for
        return new ReadOnlySpan<byte>(bytes, Native.ColumnBytes(_statement, column));
    }

    public DateTimeOffset Time(int column) => Micros.ToTime(Long(column));

    public DateTimeOffset? TimeOrNull(int column) => IsNull(column) ? null : Time(column);

    public TimeSpan Length(int column) => Micros.ToLength(Long(column));

    public TimeSpan? LengthOrNull(int column) => IsNull(column) ? null : Length(column);

    public T Word<T>(int column)
        where T : struct, Enum => Words.Parse<T>(Utf8(column));

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

    public void Dispose() => _owned.Dispose();

    private unsafe ReadOnlySpan<byte> Utf8(int column)
    {
        var text = Native.ColumnText(_statement, column);
        return new ReadOnlySpan<byte>(text, Native.ColumnBytes(_statement, column));
    }

    private void ThrowIf(int code)
    {
        if (code != raw.SQLITE_OK)
        {
            Throw(code);
        }
    }

    private void Throw(int code) => throw Connection.Failure(_db, code);
}
