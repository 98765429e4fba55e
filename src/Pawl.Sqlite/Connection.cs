using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Pawl.Sqlite;

/// <summary>An open connection with its prepared statements. Used by one thread at a time.</summary>
/// <remarks>Opened through the native library without its mutexes: a lock around each of some hundred calls a job would be a tenth of the
/// writer's time, and one thread at a time is the rule here anyway.</remarks>
internal sealed class Connection : IDisposable
{
    private readonly sqlite3 _db;

    // Statements are constants, so the reference is the key: hashing a page of SQL for each call would cost more than the call.
    private readonly Dictionary<string, Statement> _statements = new(ReferenceEqualityComparer.Instance);

    static Connection() => Batteries_V2.Init();

    private Connection(sqlite3 db) => _db = db;

    /// <summary>The database as the native library knows it.</summary>
    public sqlite3 Handle => _db;

    public bool InTransaction => raw.sqlite3_get_autocommit(_db) == 0;

    /// <summary>What the system answered when a call of it failed last.</summary>
    public int SystemError => Native.SystemError(_db.DangerousGetHandle());

    /// <summary>Opens a file, or a database in memory under the name <c>:memory:</c>.</summary>
    public static Connection Open(string path, SqliteOpenMode mode)
    {
        var flags = raw.SQLITE_OPEN_NOMUTEX | mode switch
        {
            SqliteOpenMode.ReadOnly => raw.SQLITE_OPEN_READONLY,
            SqliteOpenMode.ReadWrite => raw.SQLITE_OPEN_READWRITE,
            _ => raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE,
        };
        var code = raw.sqlite3_open_v2(path, out var db, flags, null);
        if (code == raw.SQLITE_OK)
        {
            return new Connection(db);
        }

        var text = raw.sqlite3_errmsg(db).utf8_to_string();
        db.Dispose();
        throw new SqliteException($"SQLite error {code}: '{path}': {text}", code & 0xFF, code);
    }

    public Statement Use(string sql)
    {
        if (!_statements.TryGetValue(sql, out var statement))
        {
            _statements.Add(sql, statement = new Statement(_db, sql));
        }

        return statement;
    }

    /// <summary>Runs a script of several statements; for set-up, transactions and schema steps.</summary>
    public void Execute(string script)
    {
        var code = raw.sqlite3_exec(_db, script);
        if (code != raw.SQLITE_OK)
        {
            throw Failure(_db, code);
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

    /// <summary>Copies the whole database into another, page by page, as it stands at this moment.</summary>
    public void CopyTo(Connection target) => CopyTo(target, -1, static (_, _) => { });

    /// <summary>Copies so many pages at a time and tells how many are done, of how many, until all are; -1 for all at once.</summary>
    /// <remarks>Within a transaction all steps see one picture.</remarks>
    public void CopyTo(Connection target, int pages, Action<long, long> told)
    {
        using var backup = raw.sqlite3_backup_init(target._db, "main", _db, "main");
        while (true)
        {
            var code = raw.sqlite3_backup_step(backup, pages);
            if (code is not (raw.SQLITE_OK or raw.SQLITE_DONE))
            {
                // such a failure is kept by neither of the two connections
                throw new SqliteException($"SQLite error {code}: {raw.sqlite3_errstr(code).utf8_to_string()}", code & 0xFF, code);
            }

            var all = raw.sqlite3_backup_pagecount(backup);
            told(all - raw.sqlite3_backup_remaining(backup), all);
            if (code == raw.SQLITE_DONE)
            {
                return;
            }
        }
    }

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
        {
            statement.Dispose();
        }

        _statements.Clear();
        _db.Dispose();
    }

    public static SqliteException Failure(sqlite3 db, int code) =>
        new($"SQLite error {code}: {raw.sqlite3_errmsg(db).utf8_to_string()}", code & 0xFF, raw.sqlite3_extended_errcode(db));
}
