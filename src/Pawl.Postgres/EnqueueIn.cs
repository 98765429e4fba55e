using System.Data.Common;
using Npgsql;
using Pawl.Storage;

namespace Pawl.Postgres;

/// <summary>Jobs in a transaction of the caller's, on the caller's connection.</summary>
/// <remarks>
/// <para>All is done behind a savepoint: a call that fails leaves the transaction as it was. Until the commit nothing is locked but the
/// keys that the jobs show: no row of another job, so that no claim, end or sweep waits for a caller who takes an hour.</para>
/// <para>Their events get a low number of their pack and are told late; as those are numbered when they are seen, none is passed
/// over.</para>
/// </remarks>
internal sealed partial class PostgresStore
{
    private const string SavePlace = "savepoint pawl_enqueue";
    private const string LeavePlace = "release savepoint pawl_enqueue";
    private const string UndoPlace = "rollback to savepoint pawl_enqueue";

    private const string SelectTransaction = """
        select (select system_identifier from pg_control_system()),
            (select oid::bigint from pg_database where datname = current_database()),
            to_regclass('pawl.job_state') is not null, current_setting('transaction_isolation'),
            current_setting('transaction_read_only') = 'on'
        """;

    private const string SelectTransactionId = "select pg_current_xact_id()::text";

    // In a transaction that looks at an old snapshot: whoever freed a key since makes this fail (40001) instead of being overlooked.
    private const string LockUniqueKeys = """
        select 1 from pawl.unique_key k
        join unnest($1::text[], $2::text[]) as shown (type, key) on shown.type = k.type and shown.key = k.key
        for key share of k
        """;

    private (long System, long Database)? _place;

    /// <inheritdoc/>
    public async ValueTask<EnqueueReply> EnqueueInAsync(
        EnqueueRequest request, DbTransaction transaction, CancellationToken cancellationToken)
    {
        ThrowIfNotReady();
        var session = Session.Over(ConnectionOf(transaction), cancellationToken);
        await using var left = session.ConfigureAwait(false);
        var batch = new Batch(session, _lines, cancellationToken, isGuest: true);
        try
        {
            session.Later(SavePlace);
            await CheckAsync(session, request.Jobs, cancellationToken).ConfigureAwait(false);
            var reply = await EnqueueAsync(batch, request.Jobs, Micros.Of(request.Now)).ConfigureAwait(false);
            if (reply.Refusal is not null)
            {
                await session.RollbackAsync(UndoPlace, LeavePlace).ConfigureAwait(false);
                return reply;
            }

            await batch.GatherAsync().ConfigureAwait(false);
            session.Later(LeavePlace);
            var number = await session.Use(SelectTransactionId).FirstAsync(static row => row.Text(0)).ConfigureAwait(false);
            _commits.Watch(number!, batch);
            return reply;
        }
        catch (Exception error)
        {
            await session.RollbackAsync(UndoPlace, LeavePlace).ConfigureAwait(false);
            if (Explained(error) is { } explained)
            {
                throw explained;
            }

            throw;
        }
    }

    private static NpgsqlConnection ConnectionOf(DbTransaction transaction)
    {
        if (transaction is not NpgsqlTransaction ours)
        {
            throw Foreign($"the transaction is a {transaction.GetType().Name}, not one of PostgreSQL");
        }

        try
        {
            return ours.Connection ?? throw Ended(null);
        }
        catch (Exception error) when (error is InvalidOperationException)   // also when it was disposed
        {
            throw Ended(error);
        }
    }

    /// <summary>Whether the jobs can be stored there. The savepoint travels with the look.</summary>
    private async ValueTask CheckAsync(Session session, IReadOnlyList<NewJob> jobs, CancellationToken cancellationToken)
    {
        var there = await TransactionAsync(session).ConfigureAwait(false);
        if (there.ReadOnly)
        {
            throw new PawlException(
                "transaction_read_only", "The transaction is read-only, so no job can be stored in it. Begin another one.");
        }

        if (!there.HasTables || there.Place != (_place ??= await PlaceAsync(cancellationToken).ConfigureAwait(false)))
        {
            throw Foreign($"the transaction is in another database than Pawl's, which is {_source.Place}");
        }

        if (there.Isolation is "repeatable read" or "serializable")
        {
            await CheckSnapshotAsync(session, jobs, there.Isolation).ConfigureAwait(false);
        }
    }

    /// <summary>Which server and database ours is: two may bear the same name, and one be reached by several.</summary>
    private async ValueTask<(long System, long Database)> PlaceAsync(CancellationToken cancellationToken)
    {
        var session = await Session.OpenAsync(_source, cancellationToken).ConfigureAwait(false);
        await using var closed = session.ConfigureAwait(false);
        return (await TransactionAsync(session).ConfigureAwait(false)).Place;
    }

    private static async ValueTask<((long System, long Database) Place, bool HasTables, string Isolation, bool ReadOnly)> TransactionAsync(
        Session session) =>
        (await session.Use(SelectTransaction)
            .ValueAsync(static row => ((row.Long(0), row.Long(1)), row.Flag(2), row.Text(3), row.Flag(4))).ConfigureAwait(false))!.Value;

    private static async ValueTask CheckSnapshotAsync(Session session, IReadOnlyList<NewJob> jobs, string isolation)
    {
        if (jobs.Any(job => job.DependsOn.Count > 0 || job is { ConcurrencyKey: not null, OnBusy: OnBusy.Reject }))
        {
            throw new PawlException(
                "transaction_isolation",
                $"A job that depends on others, or that a busy key refuses, cannot be stored in a {isolation.ToUpperInvariant()} "
                + "transaction: what they do now cannot be seen there. Use READ COMMITTED, or enqueue it outside. Nothing was stored.");
        }

        var unique = jobs.Where(job => job.UniqueKey is not null).ToList();
        if (unique.Count > 0)
        {
            string?[] types = [.. unique.Select(job => job.Type)], keys = [.. unique.Select(job => job.UniqueKey)];
            await session.Use(LockUniqueKeys).Bind(types).Bind(keys).AnyAsync().ConfigureAwait(false);
        }
    }

    private static PawlException? Explained(Exception error) => (error as PostgresException)?.SqlState switch
    {
        PostgresErrorCodes.InFailedSqlTransaction => new PawlException(
            "transaction_ended",
            "A statement of the transaction has failed before, so nothing more can be stored in it. Roll it back and run it again.",
            error),
        PostgresErrorCodes.NoActiveSqlTransaction => Ended(error),
        PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.UniqueViolation =>
            new PawlException(
                "transaction_conflict",
                "Another transaction that shows the same key, or another that was in the way, was first. "
                + "Roll the transaction back and run the whole of it again. Nothing was stored.",
                error),
        PostgresErrorCodes.LockNotAvailable => new PawlException(
            "transaction_conflict",
            "A transaction that is still open shows the same unique or idempotency key, and the lock_timeout of this one has passed. "
            + "Ask again when that one has ended. Nothing was stored.",
            error),
        _ => null,
    };

    private static PawlException Foreign(string why) => new(
        "transaction_foreign",
        $"The jobs cannot be stored with the caller's data: {why}. "
        + "Begin the transaction on a connection to Pawl's database, or use the outbox of Pawl.EntityFrameworkCore. Nothing was stored.");

    private static PawlException Ended(Exception? error) => new(
        "transaction_ended", "The transaction has been committed, rolled back or disposed already. Enqueue before it ends.", error);
}
