using System.Globalization;

#pragma warning disable RS0030 // the one place that may: before SQLite opens the file and after it has closed it, see the remarks

namespace Pawl.Sqlite;

/// <summary>Holds a database file for this process alone.</summary>
/// <remarks>
/// Two locks. One on a file beside the database, with the owner's process id in it, so that a refused process can name its rival. On Unix
/// also an advisory lock (flock) on the database itself, so that a hard link or another path cannot go round the first. SQLite's own locks
/// are of another kind (fcntl) and are dropped when any descriptor of the file is closed; hence this one is opened before SQLite opens the
/// file and closed after SQLite has closed it, never in between.
/// </remarks>
internal sealed class FileLock : IDisposable
{
    private readonly FileStream _beside;
    private FileStream? _itself;

    private FileLock(FileStream beside) => _beside = beside;

    /// <summary>Takes the lock beside the database.</summary>
    /// <exception cref="PawlException"><c>storage_in_use</c> (exit code 7) when another process has it, <c>storage_path</c> (8) when
    /// the lock file cannot be made.</exception>
    public static FileLock Take(string database)
    {
        var path = database + ".lock";
        try
        {
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            file.SetLength(0);
            file.Write(System.Text.Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
            file.Flush();
            return new FileLock(file);
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
        catch (IOException error)
        {
            throw InUse(database, Owner(path), error);
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
        catch (IOException error)
        {
            throw InUse(database, null, error);
        }
    }

    public void Dispose()
    {
        _itself?.Dispose();
        _beside.Dispose();   // the file stays: removing it would let two processes lock two different files of that name
    }

    private static PawlException InUse(string database, string? pid, Exception error) => new(
        "storage_in_use",
        $"The database '{database}' is in use by {(pid is null ? "another process" : $"process {pid}")}. "
        + "One process owns a SQLite database at a time: stop that one, or use PostgreSQL to share the work.",
        error,
        exitCode: 7);

    private static string? Owner(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(file);
            var text = reader.ReadToEnd().Trim();
            return text.Length > 0 ? text : null;
        }
        catch (IOException)
        {
            return null;   // some systems do not let a locked file be read
        }
    }
}
