namespace Pawl.Postgres;

/// <summary>How many connections this process opens to PostgreSQL and how long it waits for them: <c>Pawl:Postgres</c>.</summary>
/// <remarks>What is set here goes before the connection string (<c>Maximum Pool Size</c>, <c>Minimum Pool Size</c>,
/// <c>Connection Idle Lifetime</c>, <c>Timeout</c>); what is set in neither has the default below. A data source that the program gave has
/// its own pool: of these only <see cref="AcquireTimeout"/> holds for it.</remarks>
public sealed class PostgresOptions
{
    /// <summary>The most connections this process has open at once; a running job holds none. 4 to 1,000; default 20.</summary>
    public int? PoolMax { get; set; }

    /// <summary>The connections it keeps open while it has nothing to do. 0 to <see cref="PoolMax"/>; default 2.</summary>
    public int? PoolMin { get; set; }

    /// <summary>How long a connection above <see cref="PoolMin"/> is kept without use. 1 s to 1 h, in whole seconds; default
    /// 30 s.</summary>
    public TimeSpan? IdleTimeout { get; set; }

    /// <summary>How long a call waits for a free connection; past it, it fails with <c>storage_busy</c>, and may be asked again. 100 ms to
    /// 5 min; default 30 s.</summary>
    public TimeSpan? AcquireTimeout { get; set; }

    /// <summary>How long the opening of a new connection may take. 1 s to 5 min, in whole seconds; default 2 s.</summary>
    public TimeSpan? ConnectTimeout { get; set; }

    /// <summary>Whether processes tell each other of new work by NOTIFY, and hear of it by LISTEN on one connection beside the pool.
    /// Default true.</summary>
    /// <remarks>Without it everything works; work that another process has enqueued is only found at the next poll. Where a pooler does not
    /// pass notifications on, as PgBouncer in transaction mode, that is found out and no connection is kept.</remarks>
    public bool Listen { get; set; } = true;
}
