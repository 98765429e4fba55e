using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pawl.Storage;

namespace Pawl.Web.Tests;

/// <summary>A real server on a port of loopback, with a store of its own and the demo handlers. Each test may have its own.</summary>
public sealed class Served : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Served(WebApplication app, string address, string mount, string key)
    {
        (_app, Address, Key) = (app, address, key);
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            BaseAddress = new(address + mount + "/"),
            Timeout = TimeSpan.FromSeconds(60),
        };
    }

    /// <summary>Such as <c>http://127.0.0.1:40321</c>.</summary>
    public string Address { get; }

    /// <summary>The first admin key.</summary>
    public string Key { get; }

    /// <summary>Speaks to it, below the mount; paths without a slash at the start.</summary>
    public HttpClient Client { get; }

    /// <summary>What handlers wait for.</summary>
    public Gates Gates => _app.Services.GetRequiredService<Gates>();

    /// <summary>The engine behind it.</summary>
    public IJobs Jobs => _app.Services.GetRequiredService<IJobs>();

    /// <summary>The services of the program.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>Starts a server.</summary>
    /// <param name="mount">Where the API is mounted; empty for the root.</param>
    /// <param name="settings">Settings as configuration, such as <c>Pawl:Web:Burst</c>.</param>
    /// <param name="options">Settings in code.</param>
    /// <param name="services">More services, before the engine's.</param>
    /// <param name="around">What stands around the store.</param>
    /// <param name="waits">The file that the first key is read from; null where the server hands it over.</param>
    /// <param name="database">A PostgreSQL database, or a SQLite file (<c>Data Source=…</c>); null for SQLite in memory.</param>
    /// <param name="types">More types of jobs.</param>
    /// <param name="before">What stands before the routes.</param>
    public static async Task<Served> StartAsync(
        string mount = "",
        IReadOnlyDictionary<string, string?>? settings = null,
        Action<PawlWebOptions>? options = null,
        Action<IServiceCollection>? services = null,
        string? waits = null,
        Func<IJobStore, IJobStore>? around = null,
        string? database = null,
        Action<PawlBuilder>? types = null,
        Action<WebApplication>? before = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection(settings);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestHeadersTotalSize = 128 * 1024;
            kestrel.Limits.MaxRequestHeaderCount = 500;
        });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton<Gates>();
        services?.Invoke(builder.Services);
        var pawl = builder.Services
            .AddPawl(engine => engine.Retry = new() { BaseDelay = TimeSpan.FromHours(1), MaxDelay = TimeSpan.FromHours(1) })
            .AddHandler<DemoHandler, Demo>()
            .AddType<Parked>();
        types?.Invoke(pawl);
        _ = database?.StartsWith("Data Source=", StringComparison.Ordinal) != false
            ? pawl.UseSqlite(database ?? "Data Source=:memory:")
            : pawl.UsePostgres(database);
        if (around is not null)
        {
            var inner = builder.Services.Last(service => service.ServiceType == typeof(IJobStore));
            builder.Services.Remove(inner);
            builder.Services.AddSingleton(all => around((IJobStore)inner.ImplementationFactory!(all)));
        }

        var app = builder.Build();
        var key = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        before?.Invoke(app);
        app.MapPawl(mount, web =>
        {
            web.FirstKey = key.SetResult;
            web.Metrics = true;
            options?.Invoke(web);
        });
        await app.StartAsync();
        var shown = waits is null ? await key.Task.WaitAsync(TimeSpan.FromSeconds(120)) : await KeyOfAsync(app, waits);
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new(app, address, mount, shown);
    }

    /// <summary>The key in a file, as soon as the store knows it.</summary>
    private static async Task<string> KeyOfAsync(WebApplication app, string path)
    {
        var store = app.Services.GetRequiredService<IJobStore>();
        var since = TimeProvider.System.GetTimestamp();
        while ((await store.ApiKeysAsync(CancellationToken.None)).Count == 0)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(since) < TimeSpan.FromSeconds(120), "No key was made within 120 s.");
            await Task.Yield();
        }

        return (await File.ReadAllTextAsync(path)).Trim();
    }

    /// <summary>Sends a request.</summary>
    public async Task<Reply> SendAsync(
        string verb, string path, string? body = null, string type = "application/json", params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new(verb), path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        if (!headers.Any(header => header.Name == "Authorization"))
        {
            request.Headers.Authorization = new("Bearer", Key);
        }

        foreach (var (name, value) in headers.Where(header => header.Value.Length > 0))
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content!.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return await SendAsync(request);
    }

    /// <summary>Sends a request.</summary>
    public async Task<Reply> SendAsync(HttpRequestMessage request)
    {
        using var reply = await Client.SendAsync(request, TestContext.Current.CancellationToken);
        var bytes = await reply.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        var headers = reply.Headers.Concat(reply.Content.Headers)
            .ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase);
        var answer = new Reply((int)reply.StatusCode, bytes, headers);
        Contract.Check(request.Method.Method, PathOf(request), answer);
        return answer;
    }

    // Below the mount.
    private string PathOf(HttpRequestMessage request) =>
        new Uri(Client.BaseAddress!, request.RequestUri!).AbsolutePath[(Client.BaseAddress!.AbsolutePath.Length - 1)..];

    /// <summary>Reads something.</summary>
    public Task<Reply> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync("GET", path, headers: headers);

    /// <summary>Posts JSON.</summary>
    public Task<Reply> PostAsync(string path, string? body = null, params (string Name, string Value)[] headers) =>
        SendAsync("POST", path, body, headers: headers);

    /// <summary>Makes a key.</summary>
    public async Task<string> KeyAsync(string role, string more = "")
    {
        var reply = await PostAsync("api/keys", $$"""{"name":"{{role}}","role":"{{role}}"{{more}}}""");
        Assert.Equal(201, reply.Status);
        return reply.Text("key");
    }

    /// <summary>The header that shows a key; empty for none.</summary>
    public static (string, string) With(string key) => ("Authorization", key.Length == 0 ? "" : $"Bearer {key}");

    /// <summary>Waits until a job has ended.</summary>
    public async Task EndAsync(string id)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(120), TimeProvider.System);
        await Jobs.WaitAsync(JobId.TryParse(id, out var job) ? job : throw new ArgumentException(id, nameof(id)), limit.Token);
    }

    /// <summary>Creates a job and gives its number.</summary>
    public async Task<string> CreateAsync(string body)
    {
        var reply = await PostAsync("api/jobs", body);
        Assert.Equal(201, reply.Status);
        return reply.Text("id");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }
}

/// <summary>What came back.</summary>
public sealed record Reply(int Status, byte[] Bytes, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>The body as text.</summary>
    public string Body => Encoding.UTF8.GetString(Bytes);

    /// <summary>The body as JSON.</summary>
    public JsonNode Json => JsonNode.Parse(Bytes) ?? throw new InvalidOperationException("The body is null.");

    /// <summary>The code of a problem; null for another reply.</summary>
    public string? Code => Headers.GetValueOrDefault("Content-Type") == "application/problem+json" ? (string?)Json["code"] : null;

    /// <summary>Status and code.</summary>
    public (int, string?) Answer => (Status, Code);

    /// <summary>A text member.</summary>
    public string Text(string name) => (string?)Json[name] ?? throw new InvalidOperationException($"No {name} in {Body}");

    /// <summary>The pointer of the first fault.</summary>
    public string? Pointer => (string?)Json["errors"]?[0]?["pointer"];
}
