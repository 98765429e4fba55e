using Microsoft.Data.Sqlite;
using Pawl.Storage;

namespace Pawl.Sqlite;

internal sealed partial class SqliteStore
{
    internal const string CreateSteps = """
        create table if not exists schema_step (
            number     integer primary key,
            name       text not null,
            checksum   text not null,
            applied_at integer not null
        ) strict
        """;

    private const string HasSteps = "select count(*) from sqlite_schema where type = 'table' and name = 'schema_step'";
    private const string SelectSteps = "select number, name, checksum from schema_step order by number";
    private const string InsertStep = """
        insert into schema_step (number, name, checksum, applied_at) values (@number, @name, @checksum, @now)
        """;


    // Another value each time: SQLite does not write a row that stays as it was.
    private const string Probe = """
        insert into meta (key, value) values ('probe', 1) on conflict (key) do update set value = value + 1
        """;

    private const string SelectTables = "select name from sqlite_schema where type = 'table'";

    internal static readonly IReadOnlyList<SchemaStep> Steps = SchemaStep.Of(typeof(SqliteStore).Assembly);

    /// <inheritdoc/>
    public async ValueTask<SchemaStatus> MigrateAsync(bool apply, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var status = _writer.Exclusive(db =>
        {
            var before = Look(db);
            if (apply && before.Pending.Count > 0)
            {
                SaveCopy(before.Version);
                foreach (var step in Steps.Skip(before.Version))
                {
                    Apply(db, step);
                }
            }

            var after = Look(db);
            if (after.Ready && !_ready)
            {
                LoadBatch();
                _opening = Opening(db);
                WriteOutLeases();   // of processes that crashed; from here on their rows tell that those jobs ran
            }

            return after;
        });
        _ready = status.Ready;
        if (_ready && _writer.Refuses)
        {
            // Whoever looks is told so as long as it is so, also where nobody else writes.
            await WriteAsync(static batch => batch.Db.Use(Probe).Run(), cancellationToken).ConfigureAwait(false);
        }

        return status;
    }

    /// <summary>Looks before the writer opens the file, with a connection that cannot change it: a refusal leaves every byte as it
    /// was.</summary>
    /// <remarks>A process that died before the file had its log has left a journal. What it had half done must be taken back before anybody
    /// can read, and a connection that cannot change the file cannot do that.</remarks>
    private static void RefuseNewer(string path)
    {
        using var looking = Connection.Open(path, File.Exists(path + "-journal") ? SqliteOpenMode.ReadWrite : SqliteOpenMode.ReadOnly);
        Look(looking);
    }

    /// <summary>What an open file says of its schema; changes nothing.</summary>
    internal static SchemaStatus Look(Connection db)
    {
        var applied = new List<(int Number, string Name, string Checksum)>();
        if (db.Number(HasSteps) > 0)
        {
            for (var rows = db.Use(SelectSteps); rows.Step();)
            {
                applied.Add((rows.Int(0), rows.Text(1), rows.Text(2)));
            }
        }

        var version = applied.Count == 0 ? 0 : applied[^1].Number;
        if (version > Steps.Count)
        {
            throw new PawlException(
                "schema_newer",
                $"The database has schema {version}, this program knows {Steps.Count}; upgrade the program. Nothing was changed.",
                exitCode: 8);
        }

        foreach (var (number, name, checksum) in applied)
        {
            if (Steps[number - 1].Checksum != checksum)
            {
                throw new PawlException(
                    "schema_changed",
                    $"Schema step {name} was applied from another text than this program has. "
                    + "The file was changed by hand or by a build of its own; restore a backup, or use the program that made it.",
                    exitCode: 8);
            }
        }

        return new SchemaStatus
        {
            Version = version,
            Known = Steps.Count,
            Pending = [.. Steps.Skip(version).Select(step => step.Name)],
            Missing = Missing(db, version),
        };
    }

    private static List<string> Missing(Connection db, int version)
    {
        var there = new HashSet<string>(StringComparer.Ordinal);
        for (var rows = db.Use(SelectTables); rows.Step();)
        {
            there.Add(rows.Text(0));
        }

        return [.. Steps.Take(version).SelectMany(step => Tables(step.Sql)).Where(table => !there.Contains(table))];
    }

    private static IEnumerable<string> Tables(string sql) =>
        sql.Split('\n')
            .Where(line => line.StartsWith("create table ", StringComparison.Ordinal))
            .Select(line => line.Split(' ')[2]);

    private static void Apply(Connection db, SchemaStep step)
    {
        db.Execute("begin immediate");
        try
        {
            db.Execute(CreateSteps);
            db.Execute(step.Sql);
            db.Use(InsertStep).Bind(step.Number).Bind(step.Name).Bind(step.Checksum).Bind(TimeProvider.System.GetUtcNow()).Run();
            db.Execute("commit");
        }
        catch (SqliteException)
        {
            if (db.InTransaction)
            {
                db.Execute("rollback");
            }

            throw;
        }
    }

    /// <summary>Makes the file tell by its job rows alone what runs. Only between two transactions of the writer.</summary>
    private void WriteOutLeases()
    {
        if (_batch.Leases.Count > 0)
        {
            _writing.Execute("begin immediate");
            try
            {
                _batch.Leases.WriteOut(_writing, null);
                _writing.Execute("commit");
            }
            catch
            {
                _writing.ResetAll();
                if (_writing.InTransaction)
                {
                    _writing.Execute("rollback");
                }

                throw;
            }
        }
    }

    /// <summary>Reads what the writer must know before its first transaction.</summary>
    private void LoadBatch()
    {
        try
        {
            _batch.Load();
        }
        catch (Exception error) when (error is not SqliteException)
        {
            throw new PawlException(
                "not_our_database",
                $"'{_place.Path}' is damaged: what it says of lines, leases, pauses or limits cannot be read ({error.Message}). "
                + "No job was changed; restore a backup.",
                error,
                exitCode: 8);
        }
    }

    private static long Opening(Connection db)
    {
        var statement = db.Use(NextOpening);
        statement.Step();
        var opening = statement.Long(0);
        while (statement.Step())
        {
        }

        return opening;
    }

    /// <summary>A copy beside the file before its schema changes, so that a person can go back.</summary>
    private void SaveCopy(int version)
    {
        if (version > 0 && !_place.InMemory)
        {
            Copy($"{_place.Path}.before-{Steps.Count:0000}");
        }
    }
}
