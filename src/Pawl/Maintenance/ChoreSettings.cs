using Microsoft.Extensions.DependencyInjection;
using Pawl.Queries;

namespace Pawl.Maintenance;

/// <summary>The numbers that the chores go by. The host fills them from its options.</summary>
internal sealed record ChoreSettings
{
    /// <summary>How much silence of a worker ends its leases.</summary>
    public TimeSpan LeaseTtl { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The same for a worker that works over HTTP.</summary>
    public TimeSpan RemoteLeaseTtl { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often workers beat and the leader renews its term.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>At how many losses a generation ends as <c>crash_loop</c>.</summary>
    public int LossCap { get; init; } = 3;

    /// <summary>How much of a queue its retries may take from new work.</summary>
    public RetryBudgetOptions RetryBudget { get; init; } = new();

    public RecoveryOptions Recovery { get; init; } = new();

    public RetentionOptions Retention { get; init; } = new();

    public HealthOptions Health { get; init; } = new();

    /// <summary>Where a cycle of the sweep gets the checks that are services; null where there are none.</summary>
    public IServiceScopeFactory? Scopes { get; init; }

    /// <summary>The types this program knows.</summary>
    public IReadOnlyDictionary<string, ChoreType> Types { get; init; } = new Dictionary<string, ChoreType>();

    /// <summary>Called for each job that a cycle of the sweep took in hand, with its type.</summary>
    public Action<string, RecoveryAction> Told { get; init; } = static (_, _) => { };

    /// <summary>What queries must know of the types.</summary>
    public QueryFacts Facts { get; init; } = QueryFacts.Default;

    /// <summary>How often the leader and the sweeper look while somebody else is there to be watched.</summary>
    /// <remarks>With the default lease a dead worker's jobs are seen after the lease and two looks at most, and after two leases and three
    /// looks when the leader died with it, less than the time that is promised.</remarks>
    public TimeSpan Look => Heartbeat / 2 < MostLook ? Heartbeat / 2 : MostLook;

    private static readonly TimeSpan MostLook = TimeSpan.FromMilliseconds(1_600);
}
