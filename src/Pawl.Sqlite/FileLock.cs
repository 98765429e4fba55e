using System.Globalization;

#pragma warning disable RS0030 // the one place that may: before SQLite opens the file and after it has closed it, see the remarks

namespace Pawl.Sqlite;

/// <summary>Holds a database file for this process alone.</summary>
/// <remarks>
/// Two locks. One on a file beside the database, with the owner's process id in another beside it, so that a refused process can name its
/// rival: what is locked for one process alone cannot be read by the next. On Unix also an advisory lock (flock) on the database itself, so
/// that a hard link or another path cannot go round the first. SQLite's own locks are of another kind (fcntl) and are dropped when any
/// descriptor of the file is closed; hence this one is opened before SQLite opens the file and closed after SQLite has closed it, never in
/// between.
/// </remarks>
internal sealed class FileLock : IDisposable
{
    private readonly FileStream _beside;
    private readonly string _pid;
    private FileStream? _itself;

    private FileLock(FileStream beside, string pid)
    {
        _beside = beside;
        _pid = pid;
    }

    /// <summary>Whether, when it was taken, the owner before had been cut off and its log was not there.</summary>
    public bool LogWasGone { get; private init; }

    /// <summary>Whether the process that had a database last was cut off and its log is not there, while nobody has it open: a process
    /// that ends in good order takes both its number and the log away. What was in that log alone is gone.</summary>
    public static bool LogIsGone(string database) =>
        File.Exists(database + ".pid") && new FileInfo(database + "-wal") is not { Exists: true, Length: > 0 };

    /// <summary>Takes the lock beside the database.</summary>
    /// <exception cref="PawlException"><c>storage_in_use</c> (exit code 7) when another process has it, <c>storage_path</c> (8) when
    /// the lock file cannot be made.</exception>
    public static FileLock Take(string database)
    {
        var path = database + ".lock";
        try
        {
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            var gone = LogIsGone(database);
            TellOwner(database + ".pid");
            return new FileLock(file, database + ".pid") { LogWasGone = gone };
        }
        catch (UnauthorizedAccessException error)
        {
            throw new PawlException(
                "storage_path",
                $"The lock file '{path}' cannot be written. Give this user the right to write in that folder.",
                error,
                exitCode: 8);
        }
        catch (DirectoryNotFoundException error)
        {
            throw new PawlException("storage_path", $"The folder of '{database}' does not exist. Create it first.", error, exitCode: 8);
        }
        catch (IOException error) when (!IsHeld(error))
        {
            throw NotTaken(path, error);
        }
        catch (IOException error)
        {
            throw InUse(database, Owner(database + ".pid"), error);
        }
    }

    /// <summary>Takes the lock on the database itself; the file must be there and SQLite must not have it open in this process.</summary>
    public void TakeItself(string database)
    {
        if (OperatingSystem.IsWindows())
        {
            return;   // there a lock on the file would shut SQLite out too
        }

        try
        {
            _itself = new FileStream(database, FileMode.Open, FileAccess.Read, FileShare.None, bufferSize: 0);
        }
        catch (IOException error) when (!IsHeld(error))
        {
            throw NotTaken(database, error);
        }
        catch (IOException error)
        {
            throw InUseElsewhere(database, error);
        }
    }

    public void Dispose()
    {
        _itself?.Dispose();
        try
        {
            File.Delete(_pid);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The disk may be what ends us, and its error is the one to tell. The lock is what counts.
        }

        _beside.Dispose();   // the file stays: removing it would let two processes lock two different files of that name
    }

    /// <summary>The refusal of a file that is held under another name: a hard link, another folder.</summary>
    public static PawlException InUseElsewhere(string database, Exception error) => InUse(database, LockHolder.Of(database), error);

    private static PawlException InUse(string database, string? pid, Exception error) => new(
        "storage_in_use",
        $"The database '{database}' is in use by {(pid is null ? "another process" : $"process {pid}")}. "
        + "One process owns a SQLite database at a time: stop that one, or use PostgreSQL to share the work.",
        error,
        exitCode: 7);

    /// <summary>Whether somebody else has the lock: EAGAIN of Linux and of macOS, a sharing or lock violation of Windows.</summary>
    public static bool IsHeld(IOException error) => (error.HResult & 0xFFFF) is var code
        && (OperatingSystem.IsWindows() ? code is 32 or 33 : code is 11 or 35);

    public static PawlException NotTaken(string path, IOException error) => error.HResult == StorageErrors.ReadOnlyFileSystem
        ? StorageErrors.OnlyRead(error)
        : new("storage_path", $"'{path}' cannot be opened: {error.Message}", error, exitCode: 8);

    private static void TellOwner(string path)
    {
        try
        {
            File.WriteAllText(path, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            // somebody reads it at this moment; the lock is what counts, the number is a courtesy
        }
    }

    /// <summary>Null when there is none: its owner has just come or gone.</summary>
    private static string? Owner(string path)
    {
        try
        {
            var text = File.ReadAllText(path).Trim();
            return text.Length > 0 ? text : null;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
