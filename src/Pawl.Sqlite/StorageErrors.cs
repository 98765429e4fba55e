using Microsoft.Data.Sqlite;

namespace Pawl.Sqlite;

/// <summary>What an error of the database means for a caller who wanted to store something.</summary>
internal static class StorageErrors
{
    private const int Busy = 5;
    private const int Locked = 6;
    private const int ReadOnly = 8;
    private const int IoError = 10;
    private const int Full = 13;
    private const int IoErrorWrite = 778;

    /// <summary>EROFS.</summary>
    public const int ReadOnlyFileSystem = 30;

    /// <param name="error">As it was thrown.</param>
    /// <param name="system">What the system answered, where it is known.</param>
    public static Exception Explain(Exception error, int system = 0) => error is SqliteException known ? Explain(known, system) : error;

    private static Exception Explain(SqliteException known, int system) => known.SqliteErrorCode switch
    {
        Full => new PawlException("storage_full", "The disk is full, so nothing was stored. Free some space; no restart is needed.", known),
        ReadOnly => OnlyRead(known),
        IoError when known.SqliteExtendedErrorCode == IoErrorWrite && system == ReadOnlyFileSystem => OnlyRead(known),
        IoError => new PawlException("storage_unavailable", $"The disk refused a write ({known.Message}). Nothing was stored.", known),
        Busy or Locked => new PawlException(
            "storage_unavailable",
            "Another program has locked the database file for longer than 5 s, so nothing was stored. "
            + "Close it (a database browser, a backup), then ask again.",
            known),
        _ => known,
    };

    /// <summary>The refusal of a file, or a file system, that takes no writes.</summary>
    public static PawlException OnlyRead(Exception error) => new(
        "storage_readonly",
        "The database cannot be written: the file or its file system is read-only. Nothing was stored. "
        + "Make it writable (a kernel makes a failing disk read-only: see its log); no restart is needed.",
        error);
}
