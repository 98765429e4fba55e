using Microsoft.Extensions.Logging;
using Pawl.Storage;
using Pawl.Web.Security;

namespace Pawl.Web.Routing;

/// <summary>One mapped API: the engine it stands before and what all its requests share.</summary>
internal sealed class Site
{
    /// <summary>The services of the program, for what only some routes need.</summary>
    public required IServiceProvider Services { get; init; }

    /// <summary>Creates and commands jobs.</summary>
    public required IJobs Jobs { get; init; }

    /// <summary>Reads what <see cref="Jobs"/> does not show.</summary>
    public required IJobStore Store { get; init; }

    /// <summary>The types of this program.</summary>
    public required JobTypes Types { get; init; }

    /// <summary>The engine's settings.</summary>
    public required PawlOptions Engine { get; init; }

    /// <summary>Our own.</summary>
    public required PawlWebOptions Options { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Clock { get; init; }

    /// <summary>Where it logs.</summary>
    public required ILogger Logger { get; init; }

    /// <summary>Set when the host begins to stop: whoever waits ends his wait.</summary>
    public required CancellationToken Stopping { get; init; }

    /// <summary>Knows who asks.</summary>
    public required Gate Gate { get; init; }

    /// <summary>Knows which keys are good.</summary>
    public required KeyRing Keys { get; init; }

    /// <summary>Who has signed in.</summary>
    public required Sessions Sessions { get; init; }

    /// <summary>How many requests a key may make.</summary>
    public required RateLimit Rate { get; init; }

    /// <summary>Whether the store can be worked on.</summary>
    public required Readiness Readiness { get; init; }

    /// <summary>Counts requests and streams.</summary>
    public required WebMeters Meters { get; init; }

    /// <summary>All routes.</summary>
    public required RouteTable Table { get; init; }

    private readonly System.Collections.Concurrent.ConcurrentDictionary<Type, Lazy<object>> _parts = new();

    /// <summary>What one part of the API keeps for all requests; made when it is first asked for.</summary>
    public T Part<T>(Func<Site, T> make)
        where T : class =>
        (T)_parts.GetOrAdd(typeof(T), static (_, make) => new(() => make()), (Func<object>)(() => make(this))).Value;

    /// <summary>The version of this program.</summary>
    public static string Version { get; } = typeof(Site).Assembly.GetName().Version is { } version ? version.ToString(3) : "0.0.0";
}
