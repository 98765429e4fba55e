using System.Globalization;
using Microsoft.Data.Sqlite;
using Pawl.Sqlite;

namespace Pawl.Cli.Stores;

/// <summary>Looks into a SQLite file that another process may have open, and changes nothing.</summary>
internal sealed class SqliteFile : IDisposable
{
    private const string TornReferences = """
        select "table" || ' row ' || coalesce(rowid, '?') || ' refers to a lost row of ' || parent from pragma_foreign_key_check
        """;

    private const string WrongCounts = """
        select l.queue || '/' || l.type || ': ' || s.state || ' is counted ' || coalesce(c.n, 0) || ' and is ' || s.n
        from line l
        join (select line_id, state, count(*) as n from job group by line_id, state) s on s.line_id = l.id
        left join line_count c on c.line_id = l.id and c.state = s.state
        where s.n <> coalesce(c.n, 0)
        union all
        select l.queue || '/' || l.type || ': ' || c.state || ' is counted ' || c.n || ' and there is none'
        from line_count c join line l on l.id = c.line_id
        where c.n <> 0 and c.state in ('scheduled', 'blocked', 'queued', 'running', 'succeeded', 'failed', 'cancelled')
            and not exists (select 1 from job j where j.line_id = c.line_id and j.state = c.state)
        """;

    private const string SelectDoomed = """
        select state, count(*) from job where ended_at <= iif(state = 'failed', ?2, ?1) group by state
        """;

    private readonly string _path;
    private readonly Connection _db;
    private bool _logIsGone;

    private SqliteFile(string path, Connection db) => (_path, _db) = (path, db);

    /// <exception cref="PawlException"><c>storage_path</c> or <c>not_our_database</c>, exit code 8.</exception>
    public static SqliteFile Open(string path)
    {
        if (Directory.Exists(path))
        {
            throw new PawlException("not_our_database", $"'{path}' is a folder, not a database file.", exitCode: ExitCode.Configuration);
        }

        if (!File.Exists(path))
        {
            throw new PawlException(
                "storage_path", $"There is no file '{path}'; the first start on it makes it.", exitCode: ExitCode.Configuration);
        }

        var gone = FileLock.LogIsGone(path);   // before it is opened, which makes an empty log
        Connection? db = null;
        try
        {
            db = Connection.Open(path, SqliteOpenMode.ReadOnly);
            var id = db.Number("pragma application_id");
            return id == Place.ApplicationId
                ? new(path, db) { _logIsGone = gone }
                : throw new PawlException(
                    "not_our_database",
                    string.Create(CultureInfo.InvariantCulture, $"'{path}' is a SQLite database of another application (id {id:X8})."),
                    exitCode: ExitCode.Configuration);
        }
        catch (SqliteException error)
        {
            db?.Dispose();
            throw Explain(path, error);
        }
        catch
        {
            db?.Dispose();
            throw;
        }
    }

    /// <summary>The process that has a file, where it says so and lives.</summary>
    public static string? OwnerOf(string path)
    {
        try
        {
            if (LockHolder.Of(path) is { } holder)
            {
                return $"process {holder}";
            }

            // Where the system tells nothing of locks, the number beside the file does, unless its process died.
            return !OperatingSystem.IsLinux() && File.Exists($"{path}.pid") ? $"process {File.ReadAllText($"{path}.pid").Trim()}" : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    public Inspection Inspect()
    {
        try
        {
            var owner = OwnerOf(_path);
            return new()
            {
                Kind = "sqlite",
                Version = Text("select sqlite_version()"),
                Place = _path,
                Schema = SqliteStore.Look(_db),
                Sizes = new Dictionary<string, long>
                {
                    ["file_bytes"] = new FileInfo(_path).Length,
                    ["wal_bytes"] = new FileInfo($"{_path}-wal") is { Exists: true } log ? log.Length : 0,
                    ["free_bytes"] = _db.Number("pragma freelist_count") * _db.Number("pragma page_size"),
                },
                Owner = owner,
                Facts = new Dictionary<string, string>
                {
                    ["journal_mode"] = Text("pragma journal_mode"),
                    ["synchronous"] = Flushes(),
                    ["log"] = _logIsGone && owner is null ? "gone" : "",
                },
            };
        }
        catch (SqliteException error)
        {
            throw Explain(_path, error);
        }
    }

    /// <summary>What is wrong in it; nothing when all is well.</summary>
    /// <param name="quick">Only whether the pages are sound.</param>
    public IReadOnlyList<string> Check(bool quick)
    {
        try
        {
            var faults = Texts(quick ? "pragma quick_check" : "pragma integrity_check").Where(text => text != "ok").ToList();
            if (!quick && SqliteStore.Look(_db).Version > 0)
            {
                _db.Execute("begin");   // one picture, also while somebody writes
                faults.AddRange(Texts(TornReferences));
                faults.AddRange(Texts(WrongCounts));
                _db.Execute("rollback");
            }

            return faults;
        }
        catch (SqliteException error)
        {
            throw Explain(_path, error);
        }
    }

    /// <summary>Counts what retention would remove, by state.</summary>
    public Dictionary<string, long> Doomed(DateTimeOffset before, DateTimeOffset failedBefore)
    {
        try
        {
            var counts = new Dictionary<string, long>(StringComparer.Ordinal);
            for (var row = _db.Use(SelectDoomed).Bind(Micros.Of(before)).Bind(Micros.Of(failedBefore)); row.Step();)
            {
                counts[row.Text(0)] = row.Long(1);
            }

            return counts;
        }
        catch (SqliteException error)
        {
            throw Explain(_path, error);
        }
    }

    public void Dispose() => _db.Dispose();

    private static PawlException Explain(string path, SqliteException error) => error.SqliteErrorCode switch
    {
        26 => new("not_our_database", $"'{path}' is no SQLite database ({error.Message}).", error, ExitCode.Configuration),
        11 => new("storage_failed", $"'{path}' is damaged ({error.Message}). Restore a backup.", error, ExitCode.StorageFailed),
        _ => new("storage_failed", $"'{path}' cannot be read: {error.Message}", error, ExitCode.StorageFailed),
    };

    /// <summary>How the writer's own setting leaves <c>synchronous</c>: 2 is FULL.</summary>
    private string Flushes()
    {
        _db.Execute(SqliteStore.WriterFlush);
        return Text("pragma synchronous");
    }

    private string Text(string sql) => Texts(sql).FirstOrDefault() ?? "";

    private List<string> Texts(string sql)
    {
        var texts = new List<string>();
        for (var row = _db.Use(sql); row.Step();)
        {
            texts.Add(row.Text(0));
        }

        return texts;
    }
}
