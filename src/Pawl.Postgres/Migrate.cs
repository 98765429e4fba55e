using Npgsql;
using Pawl.Storage;

namespace Pawl.Postgres;

internal sealed partial class PostgresStore
{
    // 'pawl' and 'step' in ASCII: nobody else's lock
    private const string LockSteps = "select pg_advisory_xact_lock(8101263770712041840)";
    private const string HasSchema = "select count(*) from pg_namespace where nspname = 'pawl'";
    private const string CreateSchema = "create schema if not exists pawl";
    private const string CreateSteps = """
        create table if not exists pawl.schema_step (
            number     integer primary key,
            name       text not null,
            checksum   text not null,
            applied_at bigint not null
        )
        """;

    private const string TakesNoWrites = "select pg_is_in_recovery() or current_setting('transaction_read_only')::boolean";
    private const string HasSteps = "select count(*) from pg_tables where schemaname = 'pawl' and tablename = 'schema_step'";
    private const string SelectSteps = "select number, name, checksum from pawl.schema_step order by number";
    private const string SelectTables = "select tablename from pg_tables where schemaname = 'pawl'";
    private const string InsertStep = """
        insert into pawl.schema_step (number, name, checksum, applied_at)
        values ($1, $2, $3, (extract(epoch from clock_timestamp()) * 1000000)::bigint)
        """;

    // Another process may be applying a long step.
    private const int PatienceSeconds = 600;

    private static readonly IReadOnlyList<SchemaStep> Steps = SchemaStep.Of(typeof(PostgresStore).Assembly);

    /// <inheritdoc/>
    public async ValueTask<SchemaStatus> MigrateAsync(bool apply, CancellationToken cancellationToken)
    {
        for (var again = true; ; again = false)
        {
            try
            {
                return await LookAndApplyAsync(apply, cancellationToken).ConfigureAwait(false);
            }
            catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.InsufficientPrivilege)
            {
                throw StorageErrors.NoRight(error, _source.Place);
            }
            catch (Exception error) when (again && StorageErrors.IsBroken(error))
            {
                _source.Distrust();   // all or nothing was applied; the second look tells which
            }
            catch (Exception error) when (StorageErrors.Explain(error, _source.Place) is PawlException explained && explained != error)
            {
                throw explained;
            }
        }
    }

    /// <summary>The steps of some numbers as text for <c>psql</c>, for those who apply them by hand.</summary>
    public static string ScriptOf(int from = 1, int to = int.MaxValue)
    {
        var steps = Steps.Where(step => step.Number >= from && step.Number <= to).ToList();
        return steps.Count > 0
            ? Script.Of(steps, [LockSteps, CreateSchema, CreateSteps])
            : throw new PawlException(
                "schema_step_unknown", $"There are steps 1 to {Steps.Count}, but none from {from} to {to}. Name one of them.", exitCode: 2);
    }

    private async ValueTask<SchemaStatus> LookAndApplyAsync(bool apply, CancellationToken cancellationToken)
    {
        var status = await LookAsync(cancellationToken).ConfigureAwait(false);
        if (apply && status.Pending.Count > 0)
        {
            await ApplyAsync(cancellationToken).ConfigureAwait(false);
            status = await LookAsync(cancellationToken).ConfigureAwait(false);
        }

        if (status.Ready && !_ready)
        {
            await _clockWatch.AskAsync(cancellationToken).ConfigureAwait(false);   // before anything bears a time
        }

        _ready = status.Ready;
        return status;
    }

    private async ValueTask<SchemaStatus> LookAsync(CancellationToken cancellationToken)
    {
        var session = await Session.OpenAsync(_source, cancellationToken).ConfigureAwait(false);
        await using var closed = session.ConfigureAwait(false);
        if (await session.Use(TakesNoWrites).ValueAsync(static row => row.Flag(0)).ConfigureAwait(false) == true)
        {
            throw StorageErrors.ReadOnly(null, _source.Place);
        }

        // One snapshot: another process may be done with all steps between two statements, and half of it would look like foreign tables.
        session.Begin("begin isolation level repeatable read, read only");
        try
        {
            var status = await LookAsync(session).ConfigureAwait(false);
            await session.EndReadAsync().ConfigureAwait(false);
            return status;
        }
        catch
        {
            await session.RollbackAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Applies what is missing in one transaction, one process at a time: the others wait and then find nothing to do.</summary>
    private async ValueTask ApplyAsync(CancellationToken cancellationToken)
    {
        var session = await Session.OpenAsync(_source, cancellationToken).ConfigureAwait(false);
        await using var closed = session.ConfigureAwait(false);
        session.Patience = PatienceSeconds;
        try
        {
            session.Begin();
            await session.Use(LockSteps).RunAsync().ConfigureAwait(false);
            var before = await LookAsync(session).ConfigureAwait(false);
            if (await session.Use(HasSchema).NumberAsync().ConfigureAwait(false) == 0)
            {
                await session.Use(CreateSchema).RunAsync().ConfigureAwait(false);   // a right that a schema made by hand spares
            }

            await session.Use(CreateSteps).RunAsync().ConfigureAwait(false);
            foreach (var step in Steps.Skip(before.Version))
            {
                await ScriptAsync(session, step.Sql).ConfigureAwait(false);
                await session.Use(InsertStep).Bind(step.Number).Bind(step.Name).Bind(step.Checksum)
                    .RunAsync().ConfigureAwait(false);
            }

            await session.CommitAsync().ConfigureAwait(false);
        }
        catch
        {
            await session.RollbackAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async ValueTask ScriptAsync(Session session, string script)
    {
        foreach (var statement in Script.Split(script))
        {
            await session.Use(statement).RunAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask<SchemaStatus> LookAsync(Session session)
    {
        var applied = new List<(int Number, string Name, string Checksum)>();
        if (await session.Use(HasSteps).NumberAsync().ConfigureAwait(false) > 0)
        {
            await session.Use(SelectSteps).EachAsync(row => applied.Add((row.Int(0), row.Text(1), row.Text(2)))).ConfigureAwait(false);
        }

        var version = applied.Count == 0 ? 0 : applied[^1].Number;
        if (version > Steps.Count)
        {
            throw new PawlException(
                "schema_newer",
                $"The database has schema {version}, this program knows {Steps.Count}; upgrade the program. Nothing was changed.",
                exitCode: 8);
        }

        var there = await TablesAsync(session).ConfigureAwait(false);
        if (version == 0 && Steps.SelectMany(step => Tables(step.Sql)).Where(there.Contains).ToList() is { Count: > 0 } foreign)
        {
            throw new PawlException(
                "not_our_database",
                $"The schema 'pawl' at '{_source.Place}' holds tables of somebody else, or of Pawl without the record of their steps: "
                + $"{string.Join(", ", foreign.Take(5))}. Use another database, or restore a backup. Nothing was changed.",
                exitCode: 8);
        }

        foreach (var (number, name, checksum) in applied)
        {
            if (Steps[number - 1].Checksum != checksum)
            {
                throw new PawlException(
                    "schema_changed",
                    $"Schema step {name} was applied from another text than this program has. "
                    + "The database was changed by hand or by a build of its own; restore a backup, or use the program that made it.",
                    exitCode: 8);
            }
        }

        return new SchemaStatus
        {
            Version = version,
            Known = Steps.Count,
            Pending = [.. Steps.Skip(version).Select(step => step.Name)],
            Missing = [.. Steps.Take(version).SelectMany(step => Tables(step.Sql)).Where(table => !there.Contains(table))],
        };
    }

    private static async ValueTask<HashSet<string>> TablesAsync(Session session)
    {
        var there = new HashSet<string>(StringComparer.Ordinal);
        await session.Use(SelectTables).EachAsync(row => there.Add(row.Text(0))).ConfigureAwait(false);
        return there;
    }

    private static IEnumerable<string> Tables(string sql) =>
        sql.Split('\n')
            .Where(line => line.StartsWith("create table pawl.", StringComparison.Ordinal))
            .Select(line => line.Split(' ')[2]["pawl.".Length..]);
}
