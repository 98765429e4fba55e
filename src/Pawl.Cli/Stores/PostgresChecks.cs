using System.Globalization;
using System.Security.Cryptography;
using Npgsql;
using Pawl.Cli.Settings;
using Pawl.Postgres;

namespace Pawl.Cli.Stores;

/// <summary>What <c>pawl doctor</c> looks at in a PostgreSQL server and on the way to it. Without <c>--fix</c> it writes
/// nothing.</summary>
internal static class PostgresChecks
{
    private const string CommitOn = """
        do $$ begin
            execute format('alter role %I in database %I set synchronous_commit to on', current_user, current_database());
        end $$
        """;

    private static readonly TimeSpan OldTransaction = TimeSpan.FromHours(1);
    private static readonly TimeSpan Hearing = TimeSpan.FromSeconds(2);

    /// <summary>Looks at a server that answers.</summary>
    /// <param name="choice">Which one.</param>
    /// <param name="seen">What was found in it.</param>
    /// <param name="fix">Whether to set <c>synchronous_commit</c> for this role where it is off.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<IReadOnlyList<Check>> RunAsync(
        StoreChoice choice, Inspection seen, bool fix, CancellationToken cancellationToken)
    {
        var checks = new List<Check> { new("server_version", Level.Green, $"PostgreSQL {seen.Version}", null) };
        if (Number(seen, "clock_micros") is { } micros)
        {
            checks.Add(Check.Clock(
                "clock_database", "database", TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch.AddMicroseconds(micros)));
        }

        checks.Add(new("standby", Level.Green, "the server takes writes", null));   // a standby is refused when it is opened
        checks.Add(await CommitAsync(choice, seen, fix, cancellationToken).ConfigureAwait(false));
        checks.Add(Connections(seen, Source.Settings(choice.ConnectionString, new()).MaxPoolSize));
        checks.Add(await PoolerAsync(choice, cancellationToken).ConfigureAwait(false));
        checks.Add(await NotificationsAsync(choice, cancellationToken).ConfigureAwait(false));
        checks.Add(OldestTransaction(seen));
        return checks;
    }

    private static async Task<Check> CommitAsync(StoreChoice choice, Inspection seen, bool fix, CancellationToken cancellationToken)
    {
        const string Name = "synchronous_commit";
        const string Remedy = "jobs that were taken are lost with a crash of the server: set it to on";
        var commit = seen.Facts.GetValueOrDefault(Name, "?");
        if (commit != "off")
        {
            return new(Name, Level.Green, commit, null);
        }

        if (!fix)
        {
            return new(Name, Level.Red, commit, $"{Remedy}, or say --fix for this role in this database");
        }

        try
        {
            await PostgresDatabase.ReadAsync(
                choice, connection => RunAsync(connection, CommitOn, cancellationToken), cancellationToken).ConfigureAwait(false);
            return new(Name, Level.Green, "on from the next connection on, for this role in this database", null);
        }
        catch (PawlException error)
        {
            return new(Name, Level.Red, $"{commit}, and this role may not change it ({error.Message})", Remedy);
        }
    }

    private static Check Connections(Inspection seen, int pool)
    {
        var most = (Number(seen, "max_connections") ?? 100) - (Number(seen, "superuser_reserved_connections") ?? 3);
        var used = Number(seen, "connections") ?? 0;
        var each = pool + 1;   // one more listens
        return new(
            "connections",
            most < each ? Level.Red : most - used < each ? Level.Yellow : Level.Green,
            string.Create(
                CultureInfo.InvariantCulture, $"the server allows {most}, {used} are open; each process of Pawl takes up to {each}"),
            most - used < each ? "raise max_connections, or lower Pawl:Postgres:PoolMax" : null);
    }

    private static Check OldestTransaction(Inspection seen)
    {
        var oldest = TimeSpan.FromSeconds(Number(seen, "oldest_transaction_seconds") ?? 0);
        return new(
            "oldest_transaction",
            oldest > OldTransaction ? Level.Yellow : Level.Green,
            oldest == TimeSpan.Zero ? "none is open" : $"open since {Durations.Format(oldest)}",
            oldest > OldTransaction ? "it keeps dead rows alive: find it in pg_stat_activity" : null);
    }

    /// <summary>Whether something stands before the server, and when it changes the server's connection behind ours.</summary>
    private static async Task<Check> PoolerAsync(StoreChoice choice, CancellationToken cancellationToken)
    {
        const string Name = "pooler";
        try
        {
            var (direct, shared) = await BothAsync(
                choice,
                async (first, second) =>
                {
                    var one = await BackendAsync(first, cancellationToken).ConfigureAwait(false);
                    var other = await BackendAsync(second, cancellationToken).ConfigureAwait(false);
                    return (one == first.ProcessID && other == second.ProcessID, one == other);
                },
                cancellationToken).ConfigureAwait(false);

            // Two connections of ours are open, and one of the server's served both: it is lent for a transaction at a time.
            return new(Name, Level.Green, direct ? "there is none" : shared ? "one in transaction mode" : "one in session mode", null);
        }
        catch (PawlException error)
        {
            return new(Name, Level.Red, error.Message, "a pooler must be in transaction or session mode");
        }
    }

    /// <summary>Says a word on one connection and hears it on another, as two processes of Pawl do.</summary>
    private static async Task<Check> NotificationsAsync(StoreChoice choice, CancellationToken cancellationToken)
    {
        const string Name = "notifications";
        var channel = $"pawl_doctor_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}";
        return await BothAsync(choice, HearsAsync, cancellationToken).ConfigureAwait(false)
            ? new(Name, Level.Green, "what one connection says, another hears", null)
            : new(Name, Level.Yellow, "they do not arrive: what another process enqueues is found by polling",
                "for work to start at once, name the server itself or a pooler in session mode");

        async Task<bool> HearsAsync(NpgsqlConnection listener, NpgsqlConnection speaker)
        {
            var arrived = false;
            listener.Notification += (_, word) => arrived |= word.Channel == channel;
            await RunAsync(listener, $"listen {channel}", cancellationToken).ConfigureAwait(false);
            await RunAsync(speaker, $"notify {channel}", cancellationToken).ConfigureAwait(false);
            using var limit = new CancellationTokenSource(Hearing, TimeProvider.System);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            try
            {
                while (!arrived)
                {
                    await listener.WaitAsync(both.Token).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // nothing came; a pooler may keep it to itself
            }

            return arrived;
        }
    }

    private static Task<T> BothAsync<T>(
        StoreChoice choice, Func<NpgsqlConnection, NpgsqlConnection, Task<T>> read, CancellationToken cancellationToken) =>
        PostgresDatabase.ReadAsync(
            choice,
            first => PostgresDatabase.ReadAsync(choice, second => read(first, second), cancellationToken),
            cancellationToken);

    /// <summary>The process of the server that answers, within a transaction, as all of Pawl's calls are.</summary>
    private static async Task<int> BackendAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using var closed = transaction.ConfigureAwait(false);
        using var command = new NpgsqlCommand("select pg_backend_pid()", connection, transaction);
        var process = (int)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return process;
    }

    private static async Task<int> RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private static long? Number(Inspection seen, string fact) =>
        long.TryParse(seen.Facts.GetValueOrDefault(fact), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? value : null;
}
