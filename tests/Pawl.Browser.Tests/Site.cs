using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pawl.Web;

namespace Pawl.Browser.Tests;

/// <summary>A real server on a port of loopback, with a store of its own; it can be stopped and started again.</summary>
public sealed class Site : IAsyncDisposable
{
    // A page of the host's own, with the jobs of its user in it.
    private const string HostPage = """
        <!doctype html><html lang="en"><title>Host</title><link rel="icon" href="data:,"><script type="module" src="drawer.js"></script>
        <main><h1>Host</h1><pawl-drawer query="type:demo" label="Your jobs"></pawl-drawer></main></html>
        """;

    // A host that waits for somebody who does not go waits this long, and no test does.
    private static readonly TimeSpan Farewell = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly TempFolder _folder = new();
    private readonly Action<WebApplication, Action<PawlWebOptions>> _map;
    private readonly string _prefix;
    private readonly string? _database;
    private readonly Action<PawlBuilder>? _types;
    private WebApplication? _app;
    private Proxy? _proxy;
    private int _port;

    private Site(
        Action<WebApplication, Action<PawlWebOptions>> map, string prefix, string? database, Action<PawlBuilder>? types) =>
        (_map, _prefix, _database, _types) = (map, prefix, database, types);

    /// <summary>The mount as a browser sees it, with a slash at the end.</summary>
    public Uri Url { get; private set; } = new("http://127.0.0.1/");

    /// <summary>The first admin key.</summary>
    public string Key => File.ReadAllText(_folder["key"]).Trim();

    /// <summary>The engine behind it.</summary>
    public IJobs Jobs => _app!.Services.GetRequiredService<IJobs>();

    /// <summary>The services of the program.</summary>
    public IServiceProvider Services => _app!.Services;

    /// <summary>Starts one at the root of the server.</summary>
    public static Task<Site> StartAsync(Action<PawlWebOptions>? options = null) => StartAsync(Mount.Root, options);

    /// <summary>Starts one below a prefix, told in one of the ways there are.</summary>
    /// <param name="mount">The way.</param>
    /// <param name="options">Settings of the API.</param>
    /// <param name="port">Where it listens: one of its own for a server that is stopped and started again; 0 for any.</param>
    /// <param name="database">A PostgreSQL database; null for a SQLite file of its own.</param>
    /// <param name="types">Types besides <see cref="Demo"/>.</param>
    public static async Task<Site> StartAsync(
        Mount mount,
        Action<PawlWebOptions>? options = null,
        int port = 0,
        string? database = null,
        Action<PawlBuilder>? types = null)
    {
        var site = new Site(
            (app, web) =>
            {
                var all = web + options;
                switch (mount)
                {
                    case Mount.Group:
                        app.MapGroup("/team").MapPawl("/jobs", all);
                        break;
                    case Mount.PathBase:
                        app.UsePathBase("/base");
                        app.UseRouting();
                        app.MapPawl("/jobs", all);
                        break;
                    case Mount.Forwarded:
                        app.UseForwardedHeaders(new() { ForwardedHeaders = ForwardedHeaders.XForwardedPrefix });
                        app.UseRouting();
                        app.MapPawl("/jobs", all);
                        break;
                    default:
                        app.MapGet("/host", static () => Results.Content(HostPage, "text/html"));
                        app.MapPawl(mount is Mount.Silent or Mount.Holding ? "/jobs" : "/", all);
                        break;
                }
            },
            mount switch
            {
                Mount.Group => "/team/jobs/",
                Mount.PathBase => "/base/jobs/",
                Mount.Forwarded or Mount.Silent or Mount.Holding => "/outside/jobs/",
                _ => "/",
            },
            database,
            types);
        await site.StartAsync(port);
        if (mount is Mount.Forwarded or Mount.Silent or Mount.Holding)
        {
            site._proxy = await Proxy.StartAsync(
                site._port, "/outside", tells: mount == Mount.Forwarded, holds: mount == Mount.Holding);
            site.Url = new($"http://127.0.0.1:{site._proxy.Port}{site._prefix}");
        }

        return site;
    }

    /// <summary>Stops the server; the store and the port stay.</summary>
    public async Task StopAsync()
    {
        await _app!.StopAsync().WaitAsync(Patience);
        await _app.DisposeAsync();
        _app = null;
    }

    /// <summary>Starts it again on the same store and port.</summary>
    public Task StartAgainAsync() => StartAsync(_port);

    /// <summary>Makes a key of a role.</summary>
    public async Task<string> KeyAsync(string role)
    {
        using var client = new HttpClient { BaseAddress = Url };
        client.DefaultRequestHeaders.Authorization = new("Bearer", Key);
        using var body = new StringContent($$"""{"name":"{{role}}","role":"{{role}}"}""", System.Text.Encoding.UTF8, "application/json");
        using var reply = await client.PostAsync(new Uri("api/keys", UriKind.Relative), body);
        return (string)System.Text.Json.Nodes.JsonNode.Parse(await reply.Content.ReadAsStringAsync())!["key"]!;
    }

    private async Task StartAsync(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.Sources.Clear();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        builder.Services.AddSingleton<Gates>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = Farewell);
        var pawl = builder.Services
            .AddPawl(engine => engine.Retry = new() { BaseDelay = TimeSpan.FromHours(1), MaxDelay = TimeSpan.FromHours(1) })
            .AddHandler<DemoHandler, Demo>()
            .AddHandler<ThingsHandler, Things>();
        _ = _database is null ? pawl.UseSqlite($"Data Source={_folder["pawl.db"]}") : pawl.UsePostgres(_database);
        _types?.Invoke(pawl);
        _app = builder.Build();
        _map(_app, web =>
        {
            web.KeyFile = _folder["key"];
            web.AllowedHosts = ["127.0.0.1", "localhost", "jobs.test"];
            web.RequestsPerSecond = 0;
        });
        await _app.StartAsync();
        var address = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        _port = new Uri(address).Port;
        Url = new($"http://127.0.0.1:{_proxy?.Port ?? _port}{_prefix}");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(90), TimeProvider.System);
        var store = _app.Services.GetRequiredService<Pawl.Storage.IJobStore>();
        while ((await store.ApiKeysAsync(limit.Token)).Count == 0)
        {
            await Task.Yield();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_proxy is not null)
        {
            await _proxy.DisposeAsync();
        }

        if (_app is not null)
        {
            Services.GetRequiredService<Gates>().OpenAll();
            await StopAsync();
        }

        _folder.Dispose();
    }
}

/// <summary>How a server comes to its prefix.</summary>
public enum Mount
{
    /// <summary>It has none.</summary>
    Root,

    /// <summary>A group of routes.</summary>
    Group,

    /// <summary>The base of the path of the application.</summary>
    PathBase,

    /// <summary>A proxy that says what it took away.</summary>
    Forwarded,

    /// <summary>A proxy that does not.</summary>
    Silent,

    /// <summary>One that does not either, and holds streams back.</summary>
    Holding,
}
