using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Pawl.EntityFrameworkCore;

namespace Pawl;

/// <summary>Creates jobs together with the changes of a DbContext: both are kept, or neither is.</summary>
/// <remarks>
/// <para>Where the model has an outbox (<c>modelBuilder.AddPawlOutbox()</c>) the jobs become changes of the context like any other: the
/// next <c>SaveChanges</c> writes them, and the process that called <c>AddOutbox&lt;TContext&gt;()</c> hands them on to Pawl after the
/// commit, at the latest a second later. Their numbers are known at once, but until then no such job is found. This works with
/// any database, and it is the only way for SQLite, whose file Pawl has for itself.</para>
/// <para>Where it has none, the context must have a transaction open, in the PostgreSQL database that Pawl keeps its jobs in. The jobs are
/// stored in that at once, without <c>SaveChanges</c>.</para>
/// </remarks>
public static class PawlDbContextJobs
{
    extension(IJobs jobs)
    {
        /// <summary>Creates a job together with the changes of a context.</summary>
        /// <param name="db">The context.</param>
        /// <param name="payload">What to do. Its class bears <see cref="JobAttribute"/> or was registered with a name.</param>
        /// <param name="options">How it should run. In an outbox, keys and dependencies are looked at when the job is handed on: a job
        /// whose key is held by an equal one then never comes to be, and one that is refused stays in the outbox and is logged.</param>
        /// <param name="cancellationToken">Stops waiting.</param>
        /// <exception cref="PawlException">Nothing was stored; the code says why: <c>transaction_missing</c> where the context has neither
        /// an outbox nor an open transaction.</exception>
        public async Task<EnqueueResult> EnqueueAsync<TPayload>(
            DbContext db, TPayload payload, EnqueueOptions? options = null, CancellationToken cancellationToken = default)
            where TPayload : notnull
        {
            ArgumentNullException.ThrowIfNull(payload);
            if (Outbox.IsIn(Known(db)))
            {
                var engine = Engine.Of(jobs);
                var drafting = engine.DraftAsync([payload], options, cancellationToken);
                return (await Outbox.AddAsync(db, engine, drafting).ConfigureAwait(false))[0];
            }

            return await jobs.EnqueueAsync(Transaction(db), payload, options, cancellationToken).ConfigureAwait(false);
        }

        /// <summary>Creates a job by the name of its type, together with the changes of a context.</summary>
        /// <param name="db">The context.</param>
        /// <param name="type">The name of the type.</param>
        /// <param name="payload">UTF-8 JSON, at most 1 MB; kept as it is.</param>
        /// <param name="options">How it should run.</param>
        /// <param name="cancellationToken">Stops waiting.</param>
        /// <exception cref="PawlException">Nothing was stored; the code says why.</exception>
        public async Task<EnqueueResult> EnqueueAsync(
            DbContext db,
            string type,
            ReadOnlyMemory<byte> payload,
            EnqueueOptions? options = null,
            CancellationToken cancellationToken = default) =>
            Outbox.IsIn(Known(db))
                ? (await jobs.EnqueueManyAsync(db, [new JobDraft(type, payload, options)], cancellationToken).ConfigureAwait(false))[0]
                : await jobs.EnqueueAsync(Transaction(db), type, payload, options, cancellationToken).ConfigureAwait(false);

        /// <summary>Creates 1 to 10,000 jobs together with the changes of a context.</summary>
        /// <param name="db">The context.</param>
        /// <param name="payloads">What to do.</param>
        /// <param name="options">How each should run. A unique or idempotency key would be that of every one: leave it out here.</param>
        /// <param name="cancellationToken">Stops waiting.</param>
        /// <returns>In the order given.</returns>
        /// <exception cref="PawlException">Nothing was stored; the code says why.</exception>
        public async Task<IReadOnlyList<EnqueueResult>> EnqueueManyAsync<TPayload>(
            DbContext db, IEnumerable<TPayload> payloads, EnqueueOptions? options = null, CancellationToken cancellationToken = default)
            where TPayload : notnull
        {
            if (Outbox.IsIn(Known(db)))
            {
                var engine = Engine.Of(jobs);
                return await Outbox.AddAsync(db, engine, engine.DraftAsync(payloads, options, cancellationToken)).ConfigureAwait(false);
            }

            return await jobs.EnqueueManyAsync(Transaction(db), payloads, options, cancellationToken).ConfigureAwait(false);
        }

        /// <summary>Creates 1 to 10,000 jobs of any types together with the changes of a context.</summary>
        /// <exception cref="PawlException">Nothing was stored; the code says why.</exception>
        public async Task<IReadOnlyList<EnqueueResult>> EnqueueManyAsync(
            DbContext db, IReadOnlyList<JobDraft> drafts, CancellationToken cancellationToken = default)
        {
            if (Outbox.IsIn(Known(db)))
            {
                var engine = Engine.Of(jobs);
                return await Outbox.AddAsync(db, engine, engine.DraftAsync(drafts, cancellationToken)).ConfigureAwait(false);
            }

            return await jobs.EnqueueManyAsync(Transaction(db), drafts, cancellationToken).ConfigureAwait(false);
        }
    }

    private static DbContext Known(DbContext db)
    {
        ArgumentNullException.ThrowIfNull(db);
        return db;
    }

    private static DbTransaction Transaction(DbContext db) => db.Database.CurrentTransaction?.GetDbTransaction() ?? throw new PawlException(
        "transaction_missing",
        $"{db.GetType().Name} has no transaction open that the job could live and die with. "
        + "Begin one (db.Database.BeginTransactionAsync()), or give its model an outbox (modelBuilder.AddPawlOutbox()), "
        + "which SaveChanges fills. Nothing was stored.");
}
