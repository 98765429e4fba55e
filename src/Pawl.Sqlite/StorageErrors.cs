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

    public static Exception Explain(Exception error) => error is not SqliteException known ? error : known.SqliteErrorCode switch
    {
        Full => new PawlException("storage_full", "The disk is full, so nothing was stored. Free some space; no restart is needed.", known),
        ReadOnly => new PawlException(
            "storage_readonly",
            "The database cannot be written: the file or its file system is read-only. Nothing was stored.",
            known),
        IoError => new PawlException("storage_unavailable", $"The disk refused a write ({known.Message}). Nothing was stored.", known),
        Busy or Locked => new PawlException(
            "storage_unavailable",
            "Another program has locked the database file for longer than 5 s, so nothing was stored. "
            + "Close it (a database browser, a backup), then ask again.",
            known),
        _ => known,
    };
}
