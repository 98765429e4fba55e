using Cards.Git;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pawl;

namespace Cards.Jobs;

/// <summary>The job engine on one database file, in this process.</summary>
internal sealed class CardsEngine : IAsyncDisposable
{
    private readonly IHost _host;

    private CardsEngine(IHost host) => _host = host;

    public IJobs Jobs => _host.Services.GetRequiredService<IJobs>();

    /// <param name="database">The file; it is made when there is none.</param>
    /// <param name="working">Whether jobs run. Without, the engine only answers: what an earlier start left open stays as it is.</param>
    /// <exception cref="PawlException">In use by another process, not a database, or of a newer program.</exception>
    public static Task<CardsEngine> StartAsync(string database, bool working, CancellationToken cancellationToken)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        Add(builder.Services, database, working);
        return StartAsync(builder.Build(), cancellationToken);
    }

    /// <summary>The same engine in a web application, with its HTTP API at the root.</summary>
    /// <param name="database">The file; it is made when there is none.</param>
    /// <param name="server">Where it listens, and where it leaves the first key.</param>
    /// <exception cref="PawlException">As without a server.</exception>
    /// <exception cref="IOException">Somebody took the port in the meantime.</exception>
    public static Task<CardsEngine> ServeAsync(string database, Server server, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new() { ApplicationName = "cards" });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(server.Address));
        builder.Services.AddRouting();
        Add(builder.Services, database, working: true);
        var app = builder.Build();
        app.MapPawl("/", web => web.KeyFile = server.KeyFile);
        return StartAsync(app, cancellationToken);
    }

    /// <summary>The two job types, for a pipeline of these versions.</summary>
    public static PawlBuilder Add(PawlBuilder pawl, PipelineVersion versions) => pawl
        .AddHandler<ReprocessHandler, ReprocessCommits>(type => Common(type)
            .Versions(versions.ToString())
            .MaxFailedItems(0.1)
            // Git's word for everything it cannot do, such as showing a commit that it does not have.
            .OnExitCode(128, ErrorCategory.InvalidInput)
            .OnError<FormatException>(ErrorCategory.InvalidInput)
            .OnError<GitFailedException>(ErrorCategory.Configuration))
        .AddHandler<ExportHandler, ExportDeck>(type => Common(type)
            .Versions(versions.ToString())
            // The file in the deck's place is not a deck.
            .OnError<InvalidDataException>(ErrorCategory.InvalidInput));

    /// <summary>Lets running jobs save what they have, gives them back, and closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync().ConfigureAwait(false);
        await ((IAsyncDisposable)_host).DisposeAsync().ConfigureAwait(false);
    }

    private static void Add(IServiceCollection services, string database, bool working) =>
        Add(services.AddPawl(options => Set(options, working)), Stages.Versions)
            .UseSqlite(new SqliteConnectionStringBuilder { DataSource = database }.ToString());

    private static async Task<CardsEngine> StartAsync(IHost host, CancellationToken cancellationToken)
    {
        try
        {
            await host.StartAsync(cancellationToken).ConfigureAwait(false);
            return new CardsEngine(host);
        }
        catch
        {
            // Not stopped: a host that has not started cannot be.
            await ((IAsyncDisposable)host).DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    // A person waits: a run may be long, but not the pause before its next attempt.
    private static JobTypeBuilder<T> Common<T>(JobTypeBuilder<T> type)
        where T : notnull => type.Timeout(TimeSpan.FromDays(1)).Grace(TimeSpan.FromSeconds(10)).Retry(baseDelay: TimeSpan.FromSeconds(1));

    private static void Set(PawlOptions options, bool working)
    {
        options.Scheduler.Enabled = working;
        options.Worker.Slots = 2;
        // Who stops the program wants it to stop; what was done is kept.
        options.Worker.DrainTimeout = TimeSpan.Zero;
        // Only what the person asks for is done again.
        options.Recovery.Enabled = false;
    }
}
