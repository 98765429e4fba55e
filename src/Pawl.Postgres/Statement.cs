using Npgsql;
using Pawl.Storage;

namespace Pawl.Postgres;

/// <summary>One statement with its values, bound by position (<c>$1</c>, <c>$2</c> …). Nothing is sent before it is run.</summary>
internal sealed class Statement(Session session, string sql)
{
    private readonly NpgsqlBatchCommand _command = new(sql);

    public Statement Bind(long value) => Add(new NpgsqlParameter<long> { TypedValue = value });

    public Statement Bind(int value) => Add(new NpgsqlParameter<int> { TypedValue = value });

    public Statement Bind(bool value) => Add(new NpgsqlParameter<bool> { TypedValue = value });

    public Statement Bind(long? value) => value is { } known ? Bind(known) : BindNull(NpgsqlTypes.NpgsqlDbType.Bigint);

    public Statement Bind(int? value) => value is { } known ? Bind(known) : BindNull(NpgsqlTypes.NpgsqlDbType.Integer);

    public Statement Bind(double? value) => value is { } known
        ? Add(new NpgsqlParameter<double> { TypedValue = known })
        : BindNull(NpgsqlTypes.NpgsqlDbType.Double);

    public Statement Bind(string? value) =>
        value is null ? BindNull(NpgsqlTypes.NpgsqlDbType.Text) : Add(new NpgsqlParameter<string> { TypedValue = StoredText.Of(value) });

    public Statement Bind(DateTimeOffset value) => Bind(Micros.Of(value));

    public Statement Bind(DateTimeOffset? value) => Bind(value is { } known ? Micros.Of(known) : (long?)null);

    public Statement Bind(TimeSpan value) => Bind(Micros.Of(value));

    public Statement Bind(TimeSpan? value) => Bind(value is { } known ? Micros.Of(known) : (long?)null);

    public Statement Bind(JobId value) => Bind(value.Value);

    public Statement Bind(JobId? value) => Bind(value?.Value);

    public Statement Bind(in LeaseToken token)
    {
        var bytes = new byte[LeaseToken.Size];
        token.Write(bytes);
        return Bind(bytes);
    }

    public Statement Bind(byte[] bytes) => Add(new NpgsqlParameter<byte[]> { TypedValue = bytes });

    public Statement BindBlob(ReadOnlySpan<byte> bytes) => Bind(bytes.ToArray());

    /// <summary>Binds UTF-8 as text.</summary>
    public Statement BindText(ReadOnlyMemory<byte>? utf8) =>
        Bind(utf8 is { } known ? System.Text.Encoding.UTF8.GetString(known.Span) : null);

    public Statement Bind(long[] values) => Add(new NpgsqlParameter<long[]> { TypedValue = values });

    public Statement Bind(int[] values) => Add(new NpgsqlParameter<int[]> { TypedValue = values });

    public Statement Bind(bool[] values) => Add(new NpgsqlParameter<bool[]> { TypedValue = values });

    /// <summary>Binds texts; null when all of them are, which <c>unnest</c> takes for as many nulls as the others have values.</summary>
    public Statement Bind(string?[] values) => Array.TrueForAll(values, static value => value is null)
        ? BindNull(NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Text)
        : Add(new NpgsqlParameter<string?[]>
        {
            TypedValue = Array.ConvertAll(values, static value => value is null ? null : StoredText.Of(value)),
        });

    public Statement Bind(long?[] values) => Array.TrueForAll(values, static value => value is null)
        ? BindNull(NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Bigint)
        : Add(new NpgsqlParameter<long?[]> { TypedValue = values });

    public Statement Bind(int?[] values) => Array.TrueForAll(values, static value => value is null)
        ? BindNull(NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Integer)
        : Add(new NpgsqlParameter<int?[]> { TypedValue = values });

    public Statement Bind(byte[]?[] values) => Array.TrueForAll(values, static value => value is null)
        ? BindNull(NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Bytea)
        : Add(new NpgsqlParameter<byte[]?[]> { TypedValue = values });

    public Statement BindNull(NpgsqlTypes.NpgsqlDbType type) =>
        Add(new NpgsqlParameter { NpgsqlDbType = type, Value = DBNull.Value });

    /// <summary>Sends it with the next statement that is waited for, or with the commit.</summary>
    public void Later() => session.Later(_command);

    /// <summary>The same for a statement that only locks: the rows it answers with are passed over.</summary>
    public void LaterUnread() => session.Later(_command, null);

    /// <summary>Sends it with the next statement that is waited for, and shows each row then.</summary>
    public void EachLater(Action<Row> see) => session.Later(_command, see);

    /// <summary>Runs it; how many rows it changed.</summary>
    public ValueTask<int> RunAsync() => session.RunAsync(_command);

    /// <summary>Runs it and shows each row.</summary>
    public ValueTask EachAsync(Action<Row> see) => session.EachAsync(_command, see);

    /// <summary>Runs it and makes something of each row.</summary>
    public async ValueTask<List<T>> ListAsync<T>(Func<Row, T> make)
    {
        var list = new List<T>();
        await EachAsync(row => list.Add(make(row))).ConfigureAwait(false);
        return list;
    }

    /// <summary>Runs it and makes something of the only row; null where there is none.</summary>
    public async ValueTask<T?> FirstAsync<T>(Func<Row, T> make)
        where T : class
    {
        T? first = null;
        await EachAsync(row => first ??= make(row)).ConfigureAwait(false);
        return first;
    }

    /// <summary>Runs it and makes a value of the only row; null where there is none.</summary>
    public async ValueTask<T?> ValueAsync<T>(Func<Row, T> make)
        where T : struct
    {
        T? first = null;
        await EachAsync(row => first ??= make(row)).ConfigureAwait(false);
        return first;
    }

    /// <summary>The first column of the only row as a number; null where there is none.</summary>
    public ValueTask<long?> NumberAsync() => ValueAsync(static row => row.Long(0));

    /// <summary>Whether there is a row.</summary>
    public async ValueTask<bool> AnyAsync()
    {
        var any = false;
        await EachAsync(_ => any = true).ConfigureAwait(false);
        return any;
    }

    private Statement Add(NpgsqlParameter parameter)
    {
        _command.Parameters.Add(parameter);
        return this;
    }
}
