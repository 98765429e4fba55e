using System.Globalization;
using Pawl.Cli.Settings;

namespace Pawl.Cli.Stores;

/// <summary>The checks of <c>pawl doctor --store</c>; they read only.</summary>
internal static class StoreChecks
{
    private const long LargeLog = 256 << 20;
    private static readonly TimeSpan Yellow = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Red = TimeSpan.FromSeconds(30);
    private static readonly string[] NotNative = ["nfs", "nfs4", "cifs", "smb", "smb2", "smbfs", "9p", "afpfs", "fuse.sshfs", "drvfs",
        "v9fs"];

    public static async Task<IReadOnlyList<Check>> RunAsync(StoreChoice choice, CancellationToken cancellationToken)
    {
        var checks = new List<Check>();
        Inspection seen;
        try
        {
            seen = choice.IsPostgres
                ? await PostgresDatabase.InspectAsync(choice, cancellationToken).ConfigureAwait(false)
                : OfFile(choice);
        }
        catch (PawlException error)
        {
            return [new("store", Level.Red, error.Message, null) { Refused = error.ExitCode == ExitCode.Configuration }];
        }

        checks.Add(new("store", Level.Green, $"{seen.Kind} {seen.Version} at {seen.Place}", null));
        checks.Add(Schema(seen));
        checks.AddRange(choice.IsPostgres ? Postgres(seen) : File(choice, seen));
        return checks;
    }

    /// <summary>What <c>--fix</c> may do: the modes of the token file and of the database.</summary>
    public static Check Modes(string tokenFile, bool fix)
    {
        if (OperatingSystem.IsWindows() || !System.IO.File.Exists(tokenFile))
        {
            return new("token_file", Level.Green, System.IO.File.Exists(tokenFile) ? tokenFile : "there is none here", null);
        }

        var mode = System.IO.File.GetUnixFileMode(tokenFile);
        if ((mode & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)) == 0)
        {
            return new("token_file", Level.Green, $"{tokenFile} is this user's alone", null);
        }

        if (!fix)
        {
            return new("token_file", Level.Red, $"{tokenFile} can be read by others", $"chmod 600 {tokenFile}, or pawl doctor --fix");
        }

        System.IO.File.SetUnixFileMode(tokenFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return new("token_file", Level.Green, $"{tokenFile} is this user's alone now", null);
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

    private static IEnumerable<Check> Postgres(Inspection seen)
    {
        if (Number(seen, "clock_micros") is { } micros)
        {
            var apart = (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch.AddMicroseconds(micros)).Duration();
            yield return new(
                "clock_database",
                apart > Red ? Level.Red : apart > Yellow ? Level.Yellow : Level.Green,
                string.Create(CultureInfo.InvariantCulture, $"this machine and the database are {apart.TotalSeconds:0.0} s apart"),
                apart > Yellow ? "let both keep their time by NTP" : null);
        }

        var commit = seen.Facts.GetValueOrDefault("synchronous_commit", "?");
        yield return new(
            "synchronous_commit",
            commit == "off" ? Level.Red : Level.Green,
            commit,
            commit == "off" ? "jobs that were taken are lost with a crash of the server: set it to on" : null);
        var most = Number(seen, "max_connections") ?? 100;
        yield return new(
            "connections",
            most < 40 ? Level.Yellow : Level.Green,
            string.Create(CultureInfo.InvariantCulture, $"the server allows {most}; each process of Pawl takes up to 20"),
            most < 40 ? "raise max_connections, or lower Pawl:Postgres:PoolMax" : null);
        var oldest = TimeSpan.FromSeconds(Number(seen, "oldest_transaction_seconds") ?? 0);
        yield return new(
            "oldest_transaction",
            oldest > TimeSpan.FromHours(1) ? Level.Yellow : Level.Green,
            oldest == TimeSpan.Zero ? "none is open" : $"open since {Durations.Format(oldest)}",
            oldest > TimeSpan.FromHours(1) ? "it keeps dead rows alive: find it in pg_stat_activity" : null);
    }

    private static IEnumerable<Check> File(StoreChoice choice, Inspection seen)
    {
        var mode = seen.Facts["journal_mode"];
        yield return new(
            "journal", mode == "wal" ? Level.Green : Level.Yellow, $"journal_mode {mode}", mode == "wal" ? null
                : "the next start sets it to wal");
        var log = seen.Sizes["wal_bytes"];
        yield return new(
            "wal_size",
            log > LargeLog ? Level.Yellow : Level.Green,
            string.Create(CultureInfo.InvariantCulture, $"{log:N0} bytes"),
            log > LargeLog ? "a long-running reader keeps it from shrinking" : null);
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

    private static long? Number(Inspection seen, string fact) =>
        long.TryParse(seen.Facts.GetValueOrDefault(fact), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? value : null;
}
