using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pawl.Cli.Commands;
using Pawl.Cli.Output;
using Pawl.Cli.Settings;
using Pawl.Web.Hosting;
using PostgresOptions = Pawl.Postgres.PostgresOptions;

namespace Pawl.Cli.Hosting;

/// <summary><c>pawl config show</c>: what holds for the tool and for a server started here, and who said so.</summary>
internal static class ConfigShow
{
    private const string Masked = "***";

    private static readonly Column[] Columns =
        [new("SETTING", "name"), new("VALUE", "value") { Elastic = true }, new("ORIGIN", "origin")];

    /// <summary>The environment variables of older systems, by the setting they stand for.</summary>
    private static readonly (string Setting, string[] Variables)[] Aliases =
    [
        ("Pawl:Worker:Slots", ["MAX_CONCURRENT_JOBS"]),
        ("Pawl:Types:Default:Timeout", ["JOB_TIMEOUT_MINUTES"]),
        ("Pawl:Retry:MaxAttempts", ["RETRY_MAX_ATTEMPTS", "MAX_RETRIES"]),
        ("Pawl:Retry:Multiplier", ["RETRY_BACKOFF_MULTIPLIER"]),
        ("Pawl:Telemetry:TraceSampleRatio", ["SENTRY_TRACES_SAMPLE_RATE"]),
        ("Pawl:Health:Interval", ["HEALTH_CHECK_INTERVAL_MS"]),
        ("Pawl:Postgres:PoolMax", ["DB_POOL_MAX"]),
        ("Pawl:Postgres:PoolMin", ["DB_POOL_MIN"]),
        ("Pawl:Postgres:IdleTimeout", ["DB_POOL_IDLE_TIMEOUT_MS"]),
        ("Pawl:Web:Socket", ["SOCKET_PATH"]),
    ];

    public static Command Build()
    {
        var options = new ServeOptions();
        return new Command("config", "The settings that hold here")
        {
            new Verb(
                "show",
                "Print each setting, where it was said, and no secret",
                "pawl config show --config pawl.json",
                (parsed, _) => Task.FromResult(Show(parsed, options)),
                options.Config, options.Aliases),
        };
    }

    private static int Show(ParseResult parsed, ServeOptions options)
    {
        using var session = new Session(parsed);
        using var configuration = new ConfigurationManager();
        var file = options.Read(parsed, configuration);
        var rows = new List<(string Name, string Value, string Origin)>();
        rows.AddRange(OfTool(parsed));
        try
        {
            rows.AddRange(OfServer(configuration, file));
        }
        catch (PawlException error) when (file is not null)
        {
            throw file.Explain(error);
        }

        var document = Body.Object(json =>
        {
            json.WriteStartArray("items");
            foreach (var (name, value, origin) in rows)
            {
                json.WriteStartObject();
                json.WriteString("name", name);
                json.WriteString("value", value);
                json.WriteString("origin", origin);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
        using var read = JsonDocument.Parse(document);
        session.Out.Many(document, read.RootElement.GetProperty("items"), Columns, "name");
        return ExitCode.Done;
    }

    private static IEnumerable<(string Name, string Value, string Origin)> OfTool(ParseResult parsed)
    {
        var target = Session.TargetOf(parsed);
        yield return ("url", target.Url.Value, target.Url.Origin);
        yield return ("token", target.Token is null ? "" : Masked, target.Token?.Origin ?? "default");
        yield return ("token_file", target.TokenFile?.Value ?? "", target.TokenFile?.Origin ?? "default");
        yield return ("profile", target.Profile?.Value ?? "", target.Profile?.Origin ?? "default");
        var output = parsed.GetResult(Globals.Output) is { Implicit: false } ? "option --output"
            : Environment.GetEnvironmentVariable("PAWL_OUTPUT") is { Length: > 0 } ? "environment PAWL_OUTPUT" : "default";
        yield return ("output", Globals.FormOf(parsed).ToString().ToLowerInvariant(), output);
    }

    private static List<(string Name, string Value, string Origin)> OfServer(IConfiguration configuration, PawlJson? file)
    {
        var services = new ServiceCollection();
        services.AddSingleton(configuration);
        services.AddPawl().UsePostgres("Host=none").AddDeclaredTypes(configuration);
        using var provider = services.BuildServiceProvider();
        var engine = provider.GetRequiredService<IOptions<PawlOptions>>().Value;
        var postgres = provider.GetRequiredService<IOptions<PostgresOptions>>().Value;
        var web = WebSettings.Read(configuration, null);
        (string Name, object? Value)[] known =
        [
            ("Pawl:EnvironmentAliases", configuration["Pawl:EnvironmentAliases"]),
            ("Pawl:Worker:Enabled", engine.Worker.Enabled),
            ("Pawl:Worker:Slots", engine.Worker.Slots),
            ("Pawl:Worker:HeartbeatInterval", engine.Worker.HeartbeatInterval),
            ("Pawl:Worker:LeaseTtl", engine.Worker.LeaseTtl),
            ("Pawl:Worker:PollInterval", engine.Worker.PollInterval),
            ("Pawl:Worker:DrainTimeout", engine.Worker.DrainTimeout),
            ("Pawl:Types:Default:Timeout", engine.Types.Default.Timeout),
            ("Pawl:Types:Default:StuckAfter", engine.Types.Default.StuckAfter),
            ("Pawl:Retry:MaxAttempts", engine.Retry.MaxAttempts),
            ("Pawl:Retry:BaseDelay", engine.Retry.BaseDelay),
            ("Pawl:Retry:Multiplier", engine.Retry.Multiplier),
            ("Pawl:Retry:MaxDelay", engine.Retry.MaxDelay),
            ("Pawl:Retry:Jitter", engine.Retry.Jitter),
            ("Pawl:Recovery:Enabled", engine.Recovery.Enabled),
            ("Pawl:Recovery:Interval", engine.Recovery.Interval),
            ("Pawl:Recovery:BatchSize", engine.Recovery.BatchSize),
            ("Pawl:Health:Interval", engine.Health.Interval),
            ("Pawl:Health:AlertBelow", engine.Health.AlertBelow),
            ("Pawl:Retention:Keep", engine.Retention.Keep),
            ("Pawl:Retention:KeepFailed", engine.Retention.KeepFailed),
            ("Pawl:Schema:Migrate", engine.Schema.Migrate),
            ("Pawl:Scheduler:Enabled", engine.Scheduler.Enabled),
            ("Pawl:Telemetry:TraceSampleRatio", engine.Telemetry.TraceSampleRatio),
            ("Pawl:Postgres:PoolMax", postgres.PoolMax ?? 20),
            ("Pawl:Postgres:PoolMin", postgres.PoolMin ?? 2),
            ("Pawl:Postgres:IdleTimeout", postgres.IdleTimeout ?? TimeSpan.FromSeconds(30)),
            ("Pawl:Postgres:AcquireTimeout", postgres.AcquireTimeout ?? TimeSpan.FromSeconds(30)),
            ("Pawl:Postgres:ConnectTimeout", postgres.ConnectTimeout ?? TimeSpan.FromSeconds(2)),
            ("Pawl:Web:Socket", configuration["Pawl:Web:Socket"] ?? configuration["SOCKET_PATH"]),
            ("Pawl:Web:RequestsPerSecond", web.RequestsPerSecond),
            ("Pawl:Web:Burst", web.Burst),
            ("Pawl:Web:AllowedHosts", string.Join(',', web.AllowedHosts)),
            ("Pawl:Web:Compat", string.Join(',', web.Compat)),
        ];
        var rows = known.Select(setting => (setting.Name, Text(setting.Value), Origin(setting.Name, configuration, file))).ToList();

        // What was said beyond these: types, secrets, and whatever comes.
        var others = configuration.GetSection("Pawl").AsEnumerable()
            .Where(pair => pair.Value is not null && rows.TrueForAll(row => !IsOf(pair.Key, row.Name)))
            .OrderBy(pair => pair.Key, StringComparer.Ordinal);
        rows.AddRange(others.Select(pair => (pair.Key, IsSecret(pair.Key) ? Masked : pair.Value!, Origin(pair.Key, configuration, file))));
        return rows;
    }

    private static bool IsOf(string key, string name) =>
        key.Equals(name, StringComparison.OrdinalIgnoreCase) || key.StartsWith($"{name}:", StringComparison.OrdinalIgnoreCase);

    private static bool IsSecret(string key) =>
        key.StartsWith("Pawl:Secrets", StringComparison.OrdinalIgnoreCase)
        || ((string[])["password", "secret", "token", "apikey", "authorization", "headers:"]).Any(word =>
            key.Contains(word, StringComparison.OrdinalIgnoreCase));

    private static string Origin(string name, IConfiguration configuration, PawlJson? file)
    {
        if (Environment.GetEnvironmentVariable(name.Replace(":", "__", StringComparison.Ordinal)) is not null)
        {
            return $"environment {name.Replace(":", "__", StringComparison.Ordinal)}";
        }

        if (file?.LineOf(name) is { } line)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{file.Path}:{line}");
        }

        var old = configuration["Pawl:EnvironmentAliases"] == "true"
            ? Array.Find(Aliases, alias => alias.Setting == name).Variables?.FirstOrDefault(variable => configuration[variable] is not null)
            : null;
        return old is null ? "default" : $"environment {old}";
    }

    private static string Text(object? value) => value switch
    {
        null => "",
        TimeSpan length => Durations.Format(length),
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
