using Microsoft.Data.Sqlite;

namespace Pawl.Sqlite;

internal sealed partial class SqliteStore
{
    /// <inheritdoc/>
    public async ValueTask BackupAsync(string path, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var full = Path.GetFullPath(path);
        if (File.Exists(full) || Directory.Exists(full))
        {
            throw new PawlException("storage_path", $"'{full}' exists already; a backup is never written over something. Name a new file.");
        }

        if (!Directory.Exists(Path.GetDirectoryName(full)))
        {
            throw new PawlException("storage_path", $"The folder of '{full}' does not exist. Create it first.");
        }

        if (_ready)
        {
            await WriteAsync(batch => batch.Leases.WriteOut(batch.Db, null), cancellationToken).ConfigureAwait(false);
        }

        Copy(full);
    }

    /// <summary>Through SQLite's own backup: reading the file ourselves would drop its locks. The copy gets its name when it is
    /// whole.</summary>
    private void Copy(string path)
    {
        var making = path + ".creating";
        File.Delete(making);
        using (var target = Connection.Open(making, SqliteOpenMode.ReadWriteCreate))
        {
            if (_place.InMemory)
            {
                _writer.Exclusive(db =>
                {
                    db.CopyTo(target);
                    return true;
                });
            }
            else
            {
                using var source = Connection.Open(_place.Path, SqliteOpenMode.ReadOnly);
                source.CopyTo(target);
            }

            target.Execute("pragma journal_mode = delete; pragma synchronous = full");
        }

        File.Move(making, path, overwrite: true);
    }
}
