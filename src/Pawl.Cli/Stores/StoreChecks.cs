using System.Globalization;
using Pawl.Cli.Settings;

namespace Pawl.Cli.Stores;

/// <summary>The checks of <c>pawl doctor --store</c>; they read only.</summary>
internal static class StoreChecks
{
    private const long LargeLog = 256 << 20;
    private static readonly string[] NotNative = ["nfs", "nfs4", "cifs", "smb", "smb2", "smbfs", "9p", "afpfs", "fuse.sshfs", "drvfs",
        "v9fs"];

    public static async Task<IReadOnlyList<Check>> RunAsync(StoreChoice choice, bool fix, CancellationToken cancellationToken)
    {
        var checks = new List<Check>();
        Inspection seen;
        try
        {
            seen = choice.IsPostgres
                ? await PostgresDatabase.InspectAsync(choice, cancellationToken).ConfigureAwait(false)
                : OfFile(choice);
        }
        catch (PawlException error) when (error.Code == "storage_readonly")
        {
            return
            [
                new("store", Level.Red, error.Message, null),
                new("standby", Level.Red, "the server takes no writes", "name the primary, or all hosts with Target Session "
                    + "Attributes=read-write"),
            ];
        }
        catch (PawlException error)
        {
            return [new("store", Level.Red, error.Message, null) { Refused = error.ExitCode == ExitCode.Configuration }];
        }

        checks.Add(new("store", Level.Green, $"{seen.Kind} {seen.Version} at {seen.Place}", null));
        checks.Add(Schema(seen));
        checks.AddRange(choice.IsPostgres
            ? await PostgresChecks.RunAsync(choice, seen, fix, cancellationToken).ConfigureAwait(false)
            : File(choice, seen, fix));
        return checks;
    }

    private static Inspection OfFile(StoreChoice choice)
    {
        using var file = SqliteFile.Open(choice.Path);
        return file.Inspect();
    }

    private static Check Schema(Inspection seen)
    {
        var schema = seen.Schema;
        return schema.Ready
            ? new("schema", Level.Green, string.Create(CultureInfo.InvariantCulture, $"schema {schema.Version} is current"), null)
            : new(
                "schema",
                Level.Red,
                schema.Missing.Count > 0
                    ? $"tables are missing: {string.Join(", ", schema.Missing)}"
                    : $"steps are pending: {string.Join(", ", schema.Pending)}",
                schema.Missing.Count > 0 ? "restore them from a backup, or apply pawl db script"
                    : "pawl db migrate, or start the server once")
            {
                Refused = true,
            };
    }

    private static IEnumerable<Check> File(StoreChoice choice, Inspection seen, bool fix)
    {
        yield return FileModes.Of("database_file", choice.Path, fix, Level.Yellow);
        var mode = seen.Facts["journal_mode"];
        yield return new(
            "journal", mode == "wal" ? Level.Green : Level.Yellow, $"journal_mode {mode}", mode == "wal" ? null
                : "the next start sets it to wal");
        var full = seen.Facts["synchronous"] == "2";
        yield return new(
            "synchronous",
            full ? Level.Green : Level.Red,
            full ? "FULL: each commit is on the disk" : seen.Facts["synchronous"],
            full ? null : "jobs that were taken are lost with the power: install a build of Pawl that flushes");
        var log = seen.Sizes["wal_bytes"];
        yield return new(
            "wal_size",
            log > LargeLog ? Level.Yellow : Level.Green,
            string.Create(CultureInfo.InvariantCulture, $"{log:N0} bytes"),
            log > LargeLog ? "a long-running reader keeps it from shrinking" : null);
        if (seen.Facts["log"] == "gone" && mode == "wal")
        {
            yield return new(
                "wal_file",
                Level.Yellow,
                "the last process was cut off, and its log is not there: what was in it alone is gone",
                "if you have it, put it back before the next start; where a backup was put in the file's place, all is well");
        }

        yield return new("owner", Level.Green, seen.Owner ?? "nobody has it open", null);
        foreach (var check in Disk(choice))
        {
            yield return check;
        }

        IReadOnlyList<string> faults;
        using (var file = SqliteFile.Open(choice.Path))
        {
            faults = file.Check(quick: true);
        }

        yield return new(
            "integrity",
            faults.Count == 0 ? Level.Green : Level.Red,
            faults.Count == 0 ? "the pages are sound" : faults[0],
            faults.Count == 0 ? null : "stop the server and restore a backup; pawl db check tells more");
    }

    private static IEnumerable<Check> Disk(StoreChoice choice)
    {
        var drive = new DriveInfo(System.IO.Path.GetDirectoryName(choice.Path)!);
        var native = !NotNative.Contains(drive.DriveFormat) && !choice.Path.StartsWith("/mnt/c/", StringComparison.Ordinal);
        yield return new(
            "file_system",
            native ? Level.Green : Level.Red,
            drive.DriveFormat,
            native ? null : "it has neither the locks nor the shared memory that SQLite needs: move the file to a local disk");
        var free = drive.AvailableFreeSpace;
        yield return new(
            "free_disk",
            free < 100 << 20 ? Level.Red : free < 1L << 30 ? Level.Yellow : Level.Green,
            string.Create(CultureInfo.InvariantCulture, $"{free:N0} bytes"),
            free < 1L << 30 ? "free some space" : null);
    }
}
