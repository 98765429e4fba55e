using Npgsql;

namespace Pawl.Postgres;

/// <summary>The tables that have a row for each job are cut into slices of numbers, so that old jobs go by dropping a table.</summary>
/// <remarks>A slice is made before the numbers reach it, by whoever enqueues. If that fails, or may not be done by this role, new rows go
/// to the rest, where everything works as it does in a slice, and they become a slice the next time one is made.</remarks>
internal sealed partial class PostgresStore
{
    // 'pawl' and 'slic' in ASCII
    private const string LockSlices = "select 1 where pg_try_advisory_xact_lock(8097884912665520483)";

    private const string SelectLastSlice = """
        select coalesce((select hi from pawl.slice order by lo desc limit 1), 1),
            coalesce((select hi - lo from pawl.slice order by lo desc limit 1), 0), (select count(*) from pawl.slice),
            (select last_value from pawl.job_id)
        """;

    private const string InsertSlice = "insert into pawl.slice (lo, hi) values ($1, $2) returning id";
    private const string HasRest = """
        select 1
        where exists (select 1 from pawl.job_rest where id > 0) or exists (select 1 from pawl.done_rest where job_id > 0)
            or exists (select 1 from pawl.job_end_rest where id > 0)
        """;

    private const int FewSlices = 3;
    private const int ManySlices = 8;
    private const long MostInSlice = 8_000_000;
    private const long TryAgainAfter = 10_000;

    private static readonly (string Name, string Key)[] Sliced = [("job", "id"), ("done", "job_id"), ("job_end", "id")];

    private long _growAt = -1;

    /// <summary>How many numbers the first slices have. Later ones have more while many slices stand.</summary>
    internal long LeastInSlice { get; set; } = 1_000_000;

    /// <summary>Makes the next slice when the numbers are half through the last one. Never fails: there is always the rest.</summary>
    /// <param name="reached">The last number this process has seen.</param>
    internal async ValueTask GrowAsync(long reached)
    {
        if (reached < Interlocked.Read(ref _growAt))
        {
            return;
        }

        Interlocked.Exchange(ref _growAt, reached + TryAgainAfter);   // not by all who come meanwhile, nor by each after a failure
        try
        {
            var growAt = await AloneAsync(GrowAsync, CancellationToken.None).ConfigureAwait(false);
            if (growAt > 0)
            {
                Interlocked.Exchange(ref _growAt, growAt);
            }
        }
        catch (Exception error) when (error is NpgsqlException or InvalidOperationException or TimeoutException or PawlException)
        {
            // a lock that was not to be had, a role that may not, a server that is gone: what comes next says so itself where it matters
        }
    }

    /// <summary>Makes a slice if it is time for one; the number at which the next is due, 0 when another process is at it.</summary>
    private async ValueTask<long> GrowAsync(Session db)
    {
        var (from, width, slices, last) = (await db.Use(SelectLastSlice)
            .ValueAsync(static row => (row.Long(0), row.Long(1), row.Long(2), row.Long(3))).ConfigureAwait(false))!.Value;
        if (width > 0 && last < from - (width / 2))
        {
            return from - (width / 2);
        }

        width = slices >= ManySlices ? width * 2 : slices <= FewSlices ? width / 2 : width;
        width = Math.Clamp(width, LeastInSlice, Math.Max(LeastInSlice, MostInSlice));
        var rest = await db.Use(HasRest).AnyAsync().ConfigureAwait(false);
        var to = (rest ? Math.Max(from, last + 1) : from) + width;
        var id = await db.Use(InsertSlice).Bind(from).Bind(to).NumberAsync().ConfigureAwait(false);
        foreach (var (table, _) in Sliced)
        {
            if (rest)
            {
                await db.Use($"alter table pawl.{table} detach partition pawl.{table}_rest").RunAsync().ConfigureAwait(false);
                await db.Use($"alter table pawl.{table}_rest rename to {table}_{id}").RunAsync().ConfigureAwait(false);
            }
            else
            {
                await db.Use($"create table pawl.{table}_{id} (like pawl.{table} including all)").RunAsync().ConfigureAwait(false);
            }

            // made apart and attached, which keeps nobody from the other slices
            await db.Use($"alter table pawl.{table} attach partition pawl.{table}_{id} for values from ({from}) to ({to})").RunAsync()
                .ConfigureAwait(false);
            if (rest)
            {
                await db.Use($"create table pawl.{table}_rest partition of pawl.{table} default").RunAsync().ConfigureAwait(false);
            }
        }

        return to - (width / 2);
    }

    /// <summary>Changes tables, one process at a time, and gives up at once where somebody works with them: whoever comes after would wait
    /// behind us. Default when another process is at it.</summary>
    private async ValueTask<T?> AloneAsync<T>(Func<Session, ValueTask<T>> work, CancellationToken cancellationToken)
    {
        var session = await Session.OpenAsync(_source, cancellationToken).ConfigureAwait(false);
        await using var closed = session.ConfigureAwait(false);
        try
        {
            session.Begin();
            await session.Use("set local lock_timeout = '300ms'").RunAsync().ConfigureAwait(false);
            var alone = await session.Use(LockSlices).AnyAsync().ConfigureAwait(false);
            var value = alone ? await work(session).ConfigureAwait(false) : default;
            await session.CommitAsync().ConfigureAwait(false);
            return value;
        }
        catch
        {
            await session.RollbackAsync().ConfigureAwait(false);
            throw;
        }
    }
}
