using System.Security.Claims;

namespace Pawl.Web;

/// <summary>The settings of the HTTP API, from the section <c>Pawl:Web</c> of the configuration and from <c>MapPawl</c>.</summary>
public sealed class PawlWebOptions
{
    /// <summary>The names that a request may call this server by (its <c>Host</c> header, without the port); <c>*</c> at the start stands
    /// for any name below, as in <c>*.example.org</c>. Default: the names of loopback. Others get 421.</summary>
    public IReadOnlyList<string> AllowedHosts { get; set; } = ["localhost", "127.0.0.1", "[::1]"];

    /// <summary>How many requests a second one key may make on average. 0 to 1,000,000, 0 for no limit; default 100.</summary>
    public int RequestsPerSecond { get; set; } = 100;

    /// <summary>How many requests one key may make at once before the average counts. 1 to 1,000,000; default 200.</summary>
    public int Burst { get; set; } = 200;

    /// <summary>Which groups of routes for old clients are there: <c>cards</c>, <c>crawler</c>. Default none.</summary>
    public IReadOnlyList<string> Compat { get; set; } = [];

    /// <summary>When the routes for old clients go away, told in their header <c>Sunset</c>; null when nobody knows.</summary>
    public DateTimeOffset? Sunset { get; set; }

    /// <summary>The job type that <c>POST /api/process</c> of the group <c>cards</c> creates. Default <c>process</c>.</summary>
    public string ProcessType { get; set; } = "process";

    /// <summary>The largest body of a request, in bytes. 1,024 to 1 GB; default 2 MB.</summary>
    public int MaxBodyBytes { get; set; } = 2 * 1_048_576;

    /// <summary>The largest body that creates many jobs at once, in bytes. 1,024 to 1 GB; default 32 MB.</summary>
    public int MaxBatchBytes { get; set; } = 32 * 1_048_576;

    /// <summary>The most bytes of all headers of a request together. 1,024 to 1 MB; default 32 KB.</summary>
    public int MaxHeaderBytes { get; set; } = 32 * 1_024;

    /// <summary>The most headers of a request. 10 to 1,000; default 100.</summary>
    public int MaxHeaders { get; set; } = 100;

    /// <summary>How many live streams there may be in all. 0 to 100,000; default 1,000.</summary>
    public int MaxStreams { get; set; } = 1_000;

    /// <summary>How many live streams one key may hold. 0 to 100,000; default 20.</summary>
    public int MaxStreamsPerKey { get; set; } = 20;

    /// <summary>How many topics one live stream may have. 1 to 1,000; default 20.</summary>
    public int MaxTopics { get; set; } = 20;

    /// <summary>How long a request waits for the store before it is answered 503. 100 ms to 1 minute; default 4.5 s.</summary>
    /// <remarks>What takes long by its nature, such as a batch of 10,000 jobs, may take ten times as long.</remarks>
    public TimeSpan StoreTimeout { get; set; } = TimeSpan.FromSeconds(4.5);

    /// <summary>How long a browser stays signed in. 1 minute to 30 days; default 12 h.</summary>
    public TimeSpan SessionLifetime { get; set; } = TimeSpan.FromHours(12);

    /// <summary>How long a code for signing in can be used. 10 s to 1 h; default 5 minutes.</summary>
    public TimeSpan CodeLifetime { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Whether the requests come through a proxy that ends TLS: then the cookie is always <c>Secure</c>. Default false: it is so
    /// where the request came by HTTPS.</summary>
    public bool BehindProxy { get; set; }

    /// <summary>Links that the dashboard shows with a job, by title: an address with <c>{trace_id}</c> or <c>{job_id}</c> in it. Default
    /// none.</summary>
    public IReadOnlyDictionary<string, string> Links { get; set; } = new Dictionary<string, string>();

    /// <summary>Whether <c>/metrics</c> is there, for Prometheus, with a key of the role viewer. Default false; <c>pawl serve</c> has it
    /// unless <c>Pawl:Web:Metrics</c> is false.</summary>
    public bool Metrics { get; set; }

    /// <summary>Where the first admin key is written, with mode 0600, when the store has no key yet; null for nowhere. An existing file is
    /// never written over. Default null.</summary>
    public string? KeyFile { get; set; }

    /// <summary>What is told the first admin key instead of <see cref="KeyFile"/>. Called once in the life of a store.</summary>
    public Action<string>? FirstKey { get; set; }

    /// <summary>What a user of the application may do: the role for the claims of a request that the application has authenticated, or
    /// null for none. Then its own users need no key; keys still work. Default null: only keys, and sessions opened with them.</summary>
    /// <remarks>Such a user sees every queue and type. Requests of his other than GET must come from the application's own pages.</remarks>
    public Func<ClaimsPrincipal, ApiRole?>? RoleOf { get; set; }

    /// <summary>Whether keys, and sessions opened with them, open the management API. Default true. Where it is false,
    /// <see cref="RoleOf"/> is needed, or the application does not start. Keys of workers always work.</summary>
    public bool Keys { get; set; } = true;

    /// <summary>How live streams keep time; only tests have a reason to change it.</summary>
    internal StreamPace Pace { get; set; } = new();
}
