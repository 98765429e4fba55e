using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Pawl.Cli.Commands;
using Pawl.Cli.Demo;
using Pawl.Cli.Settings;
using Pawl.Hosting;

namespace Pawl.Cli.Hosting;

/// <summary><c>pawl worker</c>: runs the declared types on a store, without an API.</summary>
internal static class WorkerVerb
{
    private static readonly TimeSpan AfterDrain = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public static Command Build()
    {
        var options = new ServeOptions();
        options.Store.Required = true;
        return new Verb(
            "worker",
            "Run the types declared in pawl.json on a store that others share",
            "pawl worker --store postgres://app@db/app --config pawl.json --slots 20",
            RunAsync,
            options.Store, options.Config, options.NoMigrate, options.Slots, options.Aliases, options.Log, options.Demo);

        async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
        {
            var terminal = Session.Console(parsed);
            var store = StoreChoice.Of(parsed.GetValue(options.Store));
            var builder = Host.CreateEmptyApplicationBuilder(new() { ApplicationName = "pawl" });
            var file = options.Read(parsed, builder.Configuration);
            try
            {
                Logging.Add(builder.Logging, parsed.GetValue(options.Log), parsed.GetValue(Globals.Verbose),
                    parsed.GetValue(Globals.Quiet));
                Otlp.Add(builder.Services, builder.Configuration);
                var pawl = builder.Services.AddPawl().AddDeclaredTypes(builder.Configuration);
                _ = store.IsPostgres ? pawl.UsePostgres(store.ConnectionString) : pawl.UseSqlite(store.ConnectionString);
                if (parsed.GetValue(options.Demo))
                {
                    pawl.AddDemo();
                }

                builder.Services.AddOptions<HostOptions>().Configure<IOptions<PawlOptions>>(
                    (host, engine) => host.ShutdownTimeout = engine.Value.Worker.DrainTimeout + AfterDrain);
                builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
                using var host = builder.Build();
                return await WorkAsync(host, store, terminal, cancellationToken).ConfigureAwait(false);
            }
            catch (PawlException error) when (file is not null && error.Code is "config_invalid" or "config_conflict")
            {
                throw file!.Explain(error);
            }
        }
    }

    private static async Task<int> WorkAsync(IHost host, StoreChoice store, Terminal terminal, CancellationToken cancellationToken)
    {
        var lifetime = host.Services.GetRequiredService<IHostApplicationLifetime>();
        using var signals = Signals.On(lifetime);
        await host.StartAsync(cancellationToken).ConfigureAwait(false);
        var told = TellAsync(host, store, terminal, lifetime.ApplicationStopping);
        await host.WaitForShutdownAsync(CancellationToken.None).ConfigureAwait(false);
        await told.ConfigureAwait(false);
        return signals.Interrupted ? ExitCode.Interrupted : ExitCode.Done;
    }

    private static async Task TellAsync(IHost host, StoreChoice store, Terminal terminal, CancellationToken stopping)
    {
        try
        {
            var engine = host.Services.GetRequiredService<PawlHost>();
            while (engine.Worker is null)
            {
                await Task.Delay(Pause, TimeProvider.System, stopping).ConfigureAwait(false);
            }

            var slots = host.Services.GetRequiredService<IOptions<PawlOptions>>().Value.Worker.Slots;
            terminal.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"pawl {ProgramVersion.Text} works on {store.Kind} {Escape.Line(store.Place)}, {slots} slots"));
            terminal.Flush();
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopped before it was ready.
        }
        catch (IOException)
        {
            // Nobody reads stdout: the worker works all the same.
        }
    }
}
