using Microsoft.Data.Sqlite;
using Pawl.Sqlite;

namespace Pawl.Cli.Stores;

/// <summary>Copies a SQLite file page by page through SQLite itself, whoever has it open.</summary>
internal static class SqliteCopy
{
    private const int PagesAtOnce = 4_096;

    /// <summary>Copies what stands in the file now, whatever is written meanwhile.</summary>
    /// <param name="from">The file.</param>
    /// <param name="to">The copy.</param>
    /// <param name="told">Is told how many pages are copied, of how many.</param>
    /// <param name="cancellationToken">Ends it; nothing is left of the copy then.</param>
    /// <exception cref="PawlException"><c>storage_path</c> when something is in that place already; <c>storage_failed</c>, exit code
    /// 70.</exception>
    public static void Make(string from, string to, Action<long, long> told, CancellationToken cancellationToken)
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
        try
        {
            using (var source = Connection.Open(from, SqliteOpenMode.ReadOnly))
            using (var target = Connection.Open(making, SqliteOpenMode.ReadWriteCreate))
            {
                source.Execute("begin; select count(*) from sqlite_schema");   // one picture for all steps
                source.CopyTo(target, PagesAtOnce, (done, all) =>
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    told(done, all);
                });
                target.Execute("pragma journal_mode = delete; pragma synchronous = full");
            }

            File.Move(making, full);
        }
        catch (SqliteException error)
        {
            throw new PawlException(
                "storage_failed", $"The copy to '{full}' failed: {error.Message}.", error, ExitCode.StorageFailed);
        }
        finally
        {
            File.Delete(making);
        }
    }
}
