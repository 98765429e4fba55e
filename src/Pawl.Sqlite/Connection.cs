using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Pawl.Sqlite;

/// <summary>An open connection with its prepared statements. Used by one thread at a time.</summary>
internal sealed class Connection : IDisposable
{
    private readonly SqliteConnection _owner;
    private readonly sqlite3 _db;

    // Statements are constants, so the reference is the key: hashing a page of SQL for each call would cost more than the call.
    private readonly Dictionary<string, Statement> _statements = new(ReferenceEqualityComparer.Instance);

    public Connection(string connectionString)
    {
        _owner = new SqliteConnection(connectionString);
        _owner.Open();
        _db = _owner.Handle ?? throw new InvalidOperationException("The connection has no handle although it is open.");
    }

    public SqliteConnection Owner => _owner;

    public Statement Use(string sql)
    {
        if (!_statements.TryGetValue(sql, out var statement))
        {
            _statements.Add(sql, statement = new Statement(_db, sql));
        }

        return statement;
    }

    /// <summary>Runs a script of several statements; for set-up and schema steps.</summary>
    public void Execute(string script)
    {
        var code = raw.sqlite3_exec(_db, script);
        if (code != raw.SQLITE_OK)
        {
            throw new SqliteException(
                $"SQLite error {code}: {raw.sqlite3_errmsg(_db).utf8_to_string()}", code & 0xFF, raw.sqlite3_extended_errcode(_db));
        }
    }

    public long Number(string sql)
    {
        var statement = Use(sql);
        var value = statement.Step() ? statement.Long(0) : 0;
        statement.Reset();
        return value;
    }

    /// <summary>After a failed statement, so that none keeps a read transaction open.</summary>
    public void ResetAll()
    {
        foreach (var statement in _statements.Values)
        {
            statement.Reset();
        }
    }

    public bool InTransaction => raw.sqlite3_get_autocommit(_db) == 0;

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
        {
            statement.Dispose();
        }

        _statements.Clear();
        _owner.Dispose();
    }
}
