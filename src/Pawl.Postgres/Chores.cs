namespace Pawl.Postgres;

/// <summary>What the leader does beside its look at due jobs, so that nothing that is only appended to grows without end.</summary>
internal sealed partial class PostgresStore
{
    private const string Left = """
        exists (select 1 from pawl.delta) or exists (select 1 from pawl.dataset_in) or exists (select 1 from pawl.failure_in),
            exists (select 1 from pawl.event_in),
            (select last_value from pawl.job_id)
        """;

    private const string SelectLeft = $"select {Left}";

    // Two settles that end the last jobs of a lease at the same moment each leave it open for the other's.
    private const string CloseEndedLeases = """
        with slice as (select id, lo, hi, own from pawl.lease where open and id > $1 order by id limit $2),
        closed as (
            update pawl.lease set open = false where open and id = any(array(
                select slice.id from slice
                where not exists (
                    select 1 from unnest(slice.lo, slice.hi) as run (lo, hi) cross join lateral generate_series(run.lo, run.hi) as job (id)
                    where not job.id = any(slice.own) and not exists (select 1 from pawl.done d where d.job_id = job.id offset 0)))))
        select max(id) from slice having count(*) = $2
        """;

    private const int LeasesAtOnce = 100;

    private static readonly TimeSpan LookAtAppended = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LookAtLeases = TimeSpan.FromMinutes(1);

    private DateTimeOffset? _lookedAtAppended;
    private DateTimeOffset? _lookedAtLeases;
    private long? _openAfter;

    private async ValueTask DoChoresAsync(
        DateTimeOffset now, (bool Deltas, bool Events, long Last)? left, CancellationToken cancellationToken)
    {
        if (IsTime(ref _lookedAtAppended, now, LookAtAppended))
        {
            var (deltas, events, last) = left ?? await LeftAsync(cancellationToken).ConfigureAwait(false);
            if (deltas)
            {
                await FoldAsync(cancellationToken).ConfigureAwait(false);
            }

            if (events)
            {
                await NumberEventsAsync(cancellationToken).ConfigureAwait(false);
            }

            await GrowAsync(last).ConfigureAwait(false);
        }

        if (IsTime(ref _lookedAtLeases, now, LookAtLeases))
        {
            _openAfter = await CloseEndedAsync(_openAfter ?? 0, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<(bool Deltas, bool Events, long Last)> LeftAsync(CancellationToken cancellationToken)
    {
        var session = await Session.OpenAsync(_source, cancellationToken).ConfigureAwait(false);
        await using var closed = session.ConfigureAwait(false);
        return (await session.Use(SelectLeft).ValueAsync(static row => (row.Flag(0), row.Flag(1), row.Long(2)))
            .ConfigureAwait(false))!.Value;
    }

    /// <summary>Closes some leases whose jobs have all ended; where to go on, null for the start.</summary>
    private async ValueTask<long?> CloseEndedAsync(long after, CancellationToken cancellationToken)
    {
        var session = await Session.OpenAsync(_source, cancellationToken).ConfigureAwait(false);
        await using var closed = session.ConfigureAwait(false);
        return await session.Use(CloseEndedLeases).Bind(after).Bind(LeasesAtOnce).NumberAsync().ConfigureAwait(false);
    }

    /// <summary>Whether enough time has gone by, or the clock was set back.</summary>
    private static bool IsTime(ref DateTimeOffset? last, DateTimeOffset now, TimeSpan rest)
    {
        if (now - last < rest && now >= last)
        {
            return false;
        }

        last = now;
        return true;
    }
}
