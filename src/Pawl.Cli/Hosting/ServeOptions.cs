using System.CommandLine;
using Microsoft.Extensions.Configuration;
using Pawl.Cli.Commands;
using Pawl.Cli.Settings;

namespace Pawl.Cli.Hosting;

/// <summary>The options of <c>pawl serve</c> and <c>pawl worker</c>, and the configuration that comes of them.</summary>
internal sealed class ServeOptions
{
    public Option<string?> Store { get; } =
        Opt.Text("--store", "sqlite:FILE (default sqlite:pawl.db), postgres:CONNECTION or postgres://URL", "STORE");

    public Option<string?> Config { get; } = Opt.Text("--config", "Settings, default pawl.json if it is there", "FILE");

    public Option<bool> NoMigrate { get; } = Opt.Flag("--no-migrate", "Wait for the tables instead of making them");

    public Option<int?> Slots { get; } = Opt.Whole("--slots", "How many jobs run at once, default 10", 1, 1_000);

    public Option<bool> Aliases { get; } = new("--env-aliases")
    {
        Description = "Read the environment variables of older systems, such as MAX_CONCURRENT_JOBS; default true",
        DefaultValueFactory = _ => true,
        Arity = ArgumentArity.ZeroOrOne,
        HelpName = "true|false",
    };

    public Option<string?> Log { get; } = Opt.Word(
        "--log", "How logs are written: json or pretty (default where a person looks)", "json", "pretty");

    public Option<bool> Demo { get; } = Opt.Flag("--demo", "Know the demo types");

    /// <summary>All settings, the later ones before the earlier: the file, the environment, the command line.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="configuration">Where they go.</param>
    /// <param name="more">Settings of the verb itself.</param>
    /// <returns>The file, if there is one.</returns>
    public PawlJson? Read(ParseResult parsed, ConfigurationManager configuration, params (string Name, string? Value)[] more)
    {
        configuration.Sources.Clear();
        var file = PawlJson.Load(parsed.GetValue(Config));
        if (file is not null)
        {
            configuration.AddInMemoryCollection(file.Values);
        }

        configuration.AddEnvironmentVariables();
        var said = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        if (parsed.GetResult(Aliases) is { Implicit: false } || configuration["Pawl:EnvironmentAliases"] is null)
        {
            said["Pawl:EnvironmentAliases"] = parsed.GetValue(Aliases) ? "true" : "false";
        }

        if (parsed.GetValue(NoMigrate))
        {
            said["Pawl:Schema:Migrate"] = "false";
        }

        if (parsed.GetValue(Slots) is { } slots)
        {
            said["Pawl:Worker:Slots"] = slots.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        foreach (var (name, value) in more.Where(setting => setting.Value is not null))
        {
            said[name] = value;
        }

        configuration.AddInMemoryCollection(said);
        return file;
    }
}
