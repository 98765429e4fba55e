using System.CommandLine;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Pawl.Cli.Commands;
using Pawl.Cli.Demo;
using Pawl.Cli.Settings;
using Pawl.Storage;

namespace Pawl.Cli.Hosting;

/// <summary><c>pawl serve</c>: engine, HTTP API and a worker in one process.</summary>
internal static class Serve
{
    private static readonly TimeSpan AfterDrain = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(5);

    public static Command Build()
    {
        var options = new ServeOptions();
        var listen = Opt.Text("--listen", "Address and port, default 127.0.0.1:7295 and [::1]:7295", "ADDRESS");
        var socket = Opt.Text("--socket", "Listen on a Unix socket too, mode 0600", "PATH");
        var proxy = Opt.Flag("--behind-proxy", "A proxy in front ends TLS, so a public address is meant");
        var noWorker = Opt.Flag("--no-worker", "Run no jobs in this process");
        return new Verb(
            "serve",
            "Run a server: engine, HTTP API and a worker in one process",
            """
            pawl serve
            pawl serve --store postgres://app@db/app --config pawl.json --slots 20
            """,
            RunAsync,
            options.Store, listen, socket, options.Config, options.NoMigrate, proxy, noWorker, options.Slots, options.Aliases,
                options.Log, options.Demo);

        async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
        {
            var terminal = Session.Console(parsed);
            var store = StoreChoice.Of(parsed.GetValue(options.Store));
            var builder = WebApplication.CreateEmptyBuilder(new() { ApplicationName = "pawl" });
            var file = options.Read(
                parsed,
                builder.Configuration,
                ("Pawl:Worker:Enabled", parsed.GetValue(noWorker) ? "false" : null),
                ("Pawl:Web:Listen", parsed.GetValue(listen)),
                ("Pawl:Web:Socket", parsed.GetValue(socket)),
                ("Pawl:Web:BehindProxy", parsed.GetValue(proxy) ? "true" : null));
            try
            {
                return await ServeAsync(parsed, terminal, store, builder, cancellationToken).ConfigureAwait(false);
            }
            catch (PawlException error) when (file is not null && error.Code is "config_invalid" or "config_conflict")
            {
                throw file!.Explain(error);
            }
        }

        async Task<int> ServeAsync(
            ParseResult parsed, Terminal terminal, StoreChoice store, WebApplicationBuilder builder, CancellationToken cancellationToken)
        {
            var endpoints = Endpoints.Of(builder.Configuration);
            endpoints.Refuse();
            Logging.Add(builder.Logging, parsed.GetValue(options.Log), parsed.GetValue(Globals.Verbose), parsed.GetValue(Globals.Quiet));
            Otlp.Add(builder.Services, builder.Configuration);
            var pawl = builder.Services.AddPawl().AddDeclaredTypes(builder.Configuration);
            _ = store.IsPostgres ? pawl.UsePostgres(store.ConnectionString) : pawl.UseSqlite(store.ConnectionString);
            if (parsed.GetValue(options.Demo))
            {
                pawl.AddDemo();
            }

            var token = TokenFile.Of(store, parsed.GetValue(Globals.TokenFile));
            builder.Services.AddRouting();
            builder.Services.AddOptions<HostOptions>().Configure<IOptions<PawlOptions>>(
                (host, engine) => host.ShutdownTimeout = engine.Value.Worker.DrainTimeout + AfterDrain);
            endpoints.Listen(builder);
            var app = builder.Build();
            await using var closed = app.ConfigureAwait(false);
            app.MapPawl("/", web =>
            {
                web.KeyFile ??= token.Path;
                web.Metrics = builder.Configuration["Pawl:Web:Metrics"] is null || web.Metrics;
            });
            using var signals = Signals.On(app.Lifetime);
            try
            {
                await app.StartAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (IOException error) when (Endpoints.IsInUse(error))
            {
                throw endpoints.InUse(error);
            }

            endpoints.Started(app);
            var ready = new Readiness(app, endpoints, token, store, terminal)
            {
                Demo = parsed.GetValue(options.Demo),
                Quiet = parsed.GetValue(Globals.Quiet),
            };
            var told = ready.TellAsync(app.Lifetime.ApplicationStopping);
            var (stopped, failed) = (
                app.WaitForShutdownAsync(CancellationToken.None), app.Services.GetRequiredService<IJobStore>().Failed);
            if (await Task.WhenAny(stopped, failed).ConfigureAwait(false) == failed)
            {
                // Nothing that runs here can be stored any more; a new process reads what the disk holds.
                await GiveUpAsync(app).ConfigureAwait(false);
                endpoints.Stopped();
                throw await failed.ConfigureAwait(false);
            }

            await told.ConfigureAwait(false);
            endpoints.Stopped();
            return signals.Interrupted ? ExitCode.Interrupted : ExitCode.Done;
        }
    }

    /// <summary>Stops without waiting for what runs: its programs are told to end, and none of it could be stored.</summary>
    private static async Task GiveUpAsync(WebApplication app)
    {
        using var limit = new CancellationTokenSource(AfterFailure, TimeProvider.System);
        try
        {
            await app.StopAsync(limit.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is OperationCanceledException or PawlException or AggregateException)
        {
            // The store says once more what is known already.
        }
    }
}
