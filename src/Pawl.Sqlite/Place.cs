using Microsoft.Data.Sqlite;

#pragma warning disable RS0030 // reads the header under our lock, before SQLite opens the file in this process

namespace Pawl.Sqlite;

/// <summary>Where a database is, checked before SQLite touches it.</summary>
internal sealed class Place
{
    /// <summary>"PAWL" as SQLite's application id: tells our files from others.</summary>
    public const int ApplicationId = 0x5041574C;

    private const int HeaderSize = 100;
    private const int ReadVersionOffset = 19;
    private const int WalVersion = 2;
    private const int ApplicationIdOffset = 68;
    private static readonly byte[] Magic = "SQLite format 3\0"u8.ToArray();
    private static readonly string[] NetworkFileSystems = ["nfs", "nfs4", "cifs", "smb", "smb2", "smbfs", "9p", "afpfs", "fuse.sshfs"];

    private Place(string path, bool inMemory)
    {
        Path = path;
        InMemory = inMemory;
    }

    public string Path { get; }

    public bool InMemory { get; }

    /// <summary>Whether the file is one that had a log, as far as its header was read.</summary>
    public bool HadLog { get; private set; }

    public bool Exists => !InMemory && File.Exists(Path);

    public static Place Of(string connectionString)
    {
        var source = new SqliteConnectionStringBuilder(connectionString).DataSource;
        if (source is ":memory:")
        {
            return new Place(source, true);
        }

        if (string.IsNullOrWhiteSpace(source))
        {
            throw Refused("storage_path", "The connection string names no file. Write UseSqlite(\"Data Source=jobs.db\").");
        }

        var path = System.IO.Path.GetFullPath(source);
        if (File.Exists(path) && File.ResolveLinkTarget(path, returnFinalTarget: true) is { } target)
        {
            path = target.FullName;   // the lock must be beside the file itself, whatever name led to it
        }

        return new Place(path, false);
    }

    /// <summary>Refuses what can never be our database, without changing a byte of it.</summary>
    public void Check()
    {
        if (Directory.Exists(Path))
        {
            throw Refused(
                "not_our_database",
                $"'{Path}' is a folder, not a database file. "
                + $"Name a file in it, such as '{System.IO.Path.Combine(Path, "jobs.db")}'.");
        }

        var folder = System.IO.Path.GetDirectoryName(Path)!;
        if (!Directory.Exists(folder))
        {
            throw Refused("storage_path", $"The folder '{folder}' does not exist. Create it first; Pawl makes the file, not the folder.");
        }

        if (FileSystem(folder) is { } system && NetworkFileSystems.Contains(system))
        {
            throw Refused(
                "storage_path",
                $"'{folder}' is on a network file system ({system}), which has neither the locks nor the shared memory "
                + "that SQLite needs. Use a local disk, or PostgreSQL.");
        }
    }

    /// <summary>Refuses a file that is another program's; only while we hold the lock and SQLite has not opened it.</summary>
    public void CheckHeader()
    {
        var header = new byte[HeaderSize];
        int read;
        try
        {
            using var file = new FileStream(Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            read = file.ReadAtLeast(header, HeaderSize, throwOnEndOfStream: false);
        }
        catch (UnauthorizedAccessException error)
        {
            throw Refused("storage_path", $"'{Path}' cannot be read and written. Give this user that right.", error);
        }
        catch (IOException error) when (error is not FileNotFoundException)
        {
            throw FileLock.IsHeld(error) ? FileLock.InUseElsewhere(Path, error) : FileLock.NotTaken(Path, error);
        }

        if (read == 0)
        {
            throw Refused(
                "not_our_database",
                $"'{Path}' is empty. Pawl never leaves an empty file; if it is yours to lose, delete it and start again.");
        }

        var foreign = read < HeaderSize || !header.AsSpan(0, Magic.Length).SequenceEqual(Magic);
        if (foreign)
        {
            throw Refused("not_our_database", $"'{Path}' is not a SQLite database. Name another file.");
        }

        HadLog = header[ReadVersionOffset] == WalVersion;
        var id = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(ApplicationIdOffset));
        if (id != ApplicationId)
        {
            throw Refused(
                "not_our_database",
                $"'{Path}' is a SQLite database of another application (id {id:X8}). "
                + "Pawl keeps its jobs in a file of its own; name another one.");
        }
    }

    private static PawlException Refused(string code, string message, Exception? error = null) => new(code, message, error, exitCode: 8);

    private static string? FileSystem(string folder)
    {
        try
        {
            return new DriveInfo(folder).DriveFormat;
        }
        catch (Exception error) when (error is IOException or ArgumentException or UnauthorizedAccessException)
        {
            return null;   // an unknown file system is not a reason to refuse
        }
    }
}
