using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pawl.Storage;

namespace Pawl.Sqlite;

/// <summary>Jobs in one SQLite file that one process owns: write-ahead log, every commit flushed to disk, one writer, many
/// readers.</summary>
internal sealed partial class SqliteStore : IJobStore, IDisposable
{
    /// <summary>FULL flushes the log at each commit.</summary>
    public const string WriterFlush = "pragma synchronous = full;";

    // The references in the schema say what belongs together; the verbs keep it so, and a check at each insert would cost a tenth of them.
    // The writer alone checkpoints, at its commits; 4,000 pages keep the log near 16 MB.
    private const string WriterSettings = $"""
        pragma journal_mode = wal;
        {WriterFlush}
        pragma wal_autocheckpoint = 4000;
        pragma journal_size_limit = 67108864;
        pragma cache_size = -65536;
        pragma temp_store = memory;
        pragma busy_timeout = 5000;
        pragma foreign_keys = off;
        """;

    private const string NextOpening = """
        insert into meta (key, value) values ('opening', 1) on conflict (key) do update set value = value + 1 returning value
        """;

    private const int MostReaders = 8;

    private readonly Place _place;
    private readonly FileLock? _lock;
    private readonly Connection _writing;
    private readonly Batch _batch;
    private readonly Writer _writer;
    private readonly Readers? _readers;
    private volatile bool _ready;
    private long _opening;

    private SqliteStore(Place place, FileLock? fileLock, Connection writing)
    {
        _place = place;
        _lock = fileLock;
        _writing = writing;
        _batch = new Batch(writing, Wakeups);
        _writer = new Writer(_batch, inline: place.InMemory);
        _readers = place.InMemory ? null : new Readers(place.Path, MostReaders);
        Info = new StoreInfo("sqlite", Version(writing), place.Path);
    }

    /// <inheritdoc/>
    public StoreInfo Info { get; }

    /// <inheritdoc/>
    public StoreFiles? Files => new(Size(_place.Path), Size(_place.Path + "-wal"), _writer.Waits.Most95());

    /// <inheritdoc/>
    public Task<PawlException> Failed => _writer.Failed;

    /// <inheritdoc/>
    public Wakeups Wakeups { get; } = new();

    /// <summary>The connection that writes, for tests that let the database itself fail.</summary>
    internal Connection Writing => _writing;

    /// <summary>From how many jobs on a claim leases by the batch, which costs two rows. 1 or more; 4 unless a test wants to see more of
    /// it.</summary>
    internal int BatchLeaseFrom { get; set; } = 4;

    /// <summary>Opens a database and makes its file when there is none. The tables are <see cref="MigrateAsync"/>'s matter.</summary>
    /// <exception cref="PawlException"><c>storage_in_use</c>, <c>storage_path</c>, <c>not_our_database</c> or <c>schema_newer</c>; the
    /// file is as it was.</exception>
    public static SqliteStore Open(string connectionString) => Open(connectionString, NullLogger.Instance);

    /// <summary>Opens a database and tells a log what is amiss with it, but can be worked on.</summary>
    public static SqliteStore Open(string connectionString, ILogger logger)
    {
        var place = Place.Of(connectionString);
        if (place.InMemory)
        {
            var memory = Connection.Open(":memory:", SqliteOpenMode.ReadWriteCreate);
            memory.Execute(string.Create(
                CultureInfo.InvariantCulture,
                $"pragma application_id = {Place.ApplicationId}; pragma temp_store = memory"));
            return new SqliteStore(place, null, memory);
        }

        place.Check();
        var fileLock = FileLock.Take(place.Path);
        Connection? writing = null;
        try
        {
            if (place.Exists)
            {
                place.CheckHeader();
            }
            else
            {
                Create(place.Path);
            }

            if (fileLock.LogWasGone && place.HadLog)
            {
                Telemetry.Log.LogGone(logger, place.Path);
            }

            fileLock.TakeItself(place.Path);
            RefuseNewer(place.Path);
            writing = Connection.Open(place.Path, SqliteOpenMode.ReadWrite);
            writing.Execute(WriterSettings);
            return new SqliteStore(place, fileLock, writing);
        }
        catch (SqliteException error)
        {
            writing?.Dispose();
            fileLock.Dispose();
            throw error.SqliteErrorCode is 11 or 26
                ? new PawlException(
                    "not_our_database",
                    $"'{place.Path}' is damaged ({error.Message}). "
                    + $"Nothing was changed; restore a backup, or try 'sqlite3 {place.Path} .recover' on a copy.",
                    error,
                    exitCode: 8)
                : StorageErrors.Explain(error);
        }
        catch
        {
            writing?.Dispose();
            fileLock.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Closes the file. A host may be disposed without waiting too, and nothing here waits for anybody.</summary>
    public void Dispose()
    {
        // From the inside out, whatever fails. The readers go before the writing connection: the last one to close empties the log, and
        // only the writer may.
        using (_lock)
        using (_writing)
        using (_readers)
        {
            _writer.Close(LeavePlain);
        }
    }

    /// <summary>Leaves a file whose job rows tell everything. Where that fails its leases do, as after a crash.</summary>
    private void LeavePlain()
    {
        if (!_ready || _writer.HasFailed)
        {
            return;   // what is known here of the leases may not be what the file holds
        }

        try
        {
            WriteOutLeases();
        }
        catch (SqliteException)
        {
            // the disk is full or gone; whoever waited for a write was told so
        }
    }

    /// <summary>Makes the file under another name and moves it in place when it is whole: a crash never leaves an empty or nameless
    /// one.</summary>
    private static void Create(string path)
    {
        var making = path + ".creating";
        File.Delete(making);
        using (var connection = Connection.Open(making, SqliteOpenMode.ReadWriteCreate))
        {
            connection.Execute(string.Create(CultureInfo.InvariantCulture, $"""
                pragma journal_mode = delete;
                pragma synchronous = full;
                pragma application_id = {Place.ApplicationId};
                vacuum
                """));
        }

        File.Move(making, path);
    }

    // Asked of the folder, never by opening the file: closing it would drop SQLite's locks.
    private long Size(string path) => _place.InMemory || new FileInfo(path) is not { Exists: true } file ? 0 : file.Length;

    private static string Version(Connection connection)
    {
        var statement = connection.Use("select sqlite_version()");
        statement.Step();
        var version = statement.Text(0);
        statement.Reset();
        return version;
    }

    private ValueTask<T> WriteAsync<T>(Func<Batch, T> work, CancellationToken cancellationToken)
    {
        if (!_ready)
        {
            throw NotReady();
        }

        return _writer.WriteAsync(work, cancellationToken);
    }

    private ValueTask<T> ReadAsync<T>(Func<Connection, T> work, CancellationToken cancellationToken)
    {
        if (!_ready)
        {
            throw NotReady();
        }

        Meters.Reads.Add(1);
        return _readers is null ? new ValueTask<T>(_writer.Exclusive(work)) : _readers.ReadAsync(work, cancellationToken);
    }

    /// <summary>Reads of job rows, these or any: what the leases of batches know is written to the rows first.</summary>
    private async ValueTask<T> ReadJobsAsync<T>(IReadOnlyList<JobId>? ids, Func<Connection, T> work, CancellationToken cancellationToken)
    {
        if (_batch.Leases.HidesAny(ids))
        {
            try
            {
                await WriteAsync(batch => batch.Leases.WriteOut(batch.Db, ids), cancellationToken).ConfigureAwait(false);
            }
            catch (PawlException error) when (error.Code.StartsWith("storage_", StringComparison.Ordinal))
            {
                // A full disk must not make the store unreadable: those jobs are shown as waiting, which they were a moment ago.
            }
        }

        return await ReadAsync(work, cancellationToken).ConfigureAwait(false);
    }

    private PawlException NotReady() => new(
        "waiting_for_schema",
        $"The tables of '{_place.Path}' are not there yet. "
        + "Let the program apply them (Pawl:Schema:Migrate=true), or apply the script by hand; nothing was stored.");
}
