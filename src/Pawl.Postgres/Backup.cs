namespace Pawl.Postgres;

internal sealed partial class PostgresStore
{
    /// <inheritdoc/>
    public ValueTask BackupAsync(string path, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var full = Path.GetFullPath(path);
        if (File.Exists(full) || Directory.Exists(full))
        {
            throw new PawlException("storage_path", $"'{full}' exists already; a backup is never written over something. Name a new file.");
        }

        throw new PawlException(
            "unsupported",
            $"PostgreSQL has tools of its own for a copy of '{Info.Place}', which also bring it back: "
            + $"pg_dump --schema=pawl --format=custom --file='{full}'. Nothing was written.",
            exitCode: 2);
    }
}
