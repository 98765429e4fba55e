using Microsoft.Data.Sqlite;
using Pawl.Sqlite;

namespace Pawl.Cli.Stores;

/// <summary>Copies a SQLite file page by page through SQLite itself, whoever has it open.</summary>
internal static class SqliteCopy
{
    /// <exception cref="PawlException"><c>storage_path</c> when something is in that place already.</exception>
    public static void Make(string from, string to)
    {
        var full = Path.GetFullPath(to);
        if (File.Exists(full) || Directory.Exists(full))
        {
            throw new PawlException(
                "storage_path",
                $"'{full}' exists already; a backup is never written over something. Name a new file.",
                exitCode: ExitCode.Configuration);
        }

        if (!Directory.Exists(Path.GetDirectoryName(full)))
        {
            throw new PawlException(
                "storage_path", $"The folder of '{full}' does not exist. Create it first.", exitCode: ExitCode.Configuration);
        }

        using (SqliteFile.Open(from))
        {
            // refuses what is not ours before a byte is copied
        }

        var making = $"{full}.creating";
        File.Delete(making);
        using (var source = Connection.Open(from, SqliteOpenMode.ReadOnly))
        using (var target = Connection.Open(making, SqliteOpenMode.ReadWriteCreate))
        {
            source.CopyTo(target);
            target.Execute("pragma journal_mode = delete; pragma synchronous = full");
        }

        File.Move(making, full);
    }
}
