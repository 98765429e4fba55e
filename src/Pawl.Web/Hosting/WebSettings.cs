using System.Globalization;
using Microsoft.Extensions.Configuration;
using Pawl.Hosting;

namespace Pawl.Web.Hosting;

/// <summary>Reads the section <c>Pawl:Web</c> of the configuration and checks what comes of it.</summary>
internal static class WebSettings
{
    private const int Megabyte = 1_048_576;

    /// <summary>The groups of routes for old clients.</summary>
    public static readonly string[] Groups = ["cards", "crawler"];

    // Read by the program that listens, not here.
    private static readonly string[] OfTheServer =
        ["Listen", "Urls", "Socket", "Certificate", "CertificatePassword", "CertificateKey", "BehindProxy"];

    /// <summary>The settings.</summary>
    /// <exception cref="PawlException"><c>config_invalid</c>.</exception>
    public static PawlWebOptions Read(IConfiguration? configuration, Action<PawlWebOptions>? configure)
    {
        var options = new PawlWebOptions();
        if (configuration is not null)
        {
            Bind(configuration.GetSection("Pawl:Web"), options);
        }

        configure?.Invoke(options);
        Check(options);
        return options;
    }

    private static void Bind(IConfigurationSection section, PawlWebOptions options)
    {
        var settings = new Settings(section);
        settings.List("AllowedHosts", value => options.AllowedHosts = value);
        settings.Whole("RequestsPerSecond", value => options.RequestsPerSecond = value);
        settings.Whole("Burst", value => options.Burst = value);
        settings.List("Compat", value => options.Compat = value);
        settings.Text("Sunset", value => options.Sunset = TimeOf(value));
        settings.Text("ProcessType", value => options.ProcessType = value);
        settings.Whole("MaxBodyBytes", value => options.MaxBodyBytes = value);
        settings.Whole("MaxBatchBytes", value => options.MaxBatchBytes = value);
        settings.Whole("MaxHeaderBytes", value => options.MaxHeaderBytes = value);
        settings.Whole("MaxHeaders", value => options.MaxHeaders = value);
        settings.Whole("MaxStreams", value => options.MaxStreams = value);
        settings.Whole("MaxStreamsPerKey", value => options.MaxStreamsPerKey = value);
        settings.Whole("MaxTopics", value => options.MaxTopics = value);
        settings.Duration("StoreTimeout", value => options.StoreTimeout = value);
        settings.Duration("SessionLifetime", value => options.SessionLifetime = value);
        settings.Duration("CodeLifetime", value => options.CodeLifetime = value);
        settings.Flag("BehindProxy", value => options.BehindProxy = value);
        settings.Flag("Keys", value => options.Keys = value);
        settings.Flag("Metrics", value => options.Metrics = value);
        settings.Text("KeyFile", value => options.KeyFile = value);
        settings.Sections("Links");
        settings.Sections(OfTheServer);
        var links = section.GetSection("Links").GetChildren().Where(link => link.Value is not null).ToList();
        if (links.Count > 0)
        {
            options.Links = links.ToDictionary(link => link.Key, link => link.Value!, StringComparer.Ordinal);
        }

        settings.Done();
    }

    private static void Check(PawlWebOptions options)
    {
        var faults = new Faults("Pawl:Web", "MapPawl(…, o => o.{0} = …)");
        faults.Between("RequestsPerSecond", options.RequestsPerSecond, 0, 1_000_000);
        faults.Between("Burst", options.Burst, 1, 1_000_000);
        faults.Between("MaxBodyBytes", options.MaxBodyBytes, 1_024, 1_024 * Megabyte);
        faults.Between("MaxBatchBytes", options.MaxBatchBytes, 1_024, 1_024 * Megabyte);
        faults.Between("MaxHeaderBytes", options.MaxHeaderBytes, 1_024, Megabyte);
        faults.Between("MaxHeaders", options.MaxHeaders, 10, 1_000);
        faults.Between("MaxStreams", options.MaxStreams, 0, 100_000);
        faults.Between("MaxStreamsPerKey", options.MaxStreamsPerKey, 0, 100_000);
        faults.Between("MaxTopics", options.MaxTopics, 1, 1_000);
        faults.Between("StoreTimeout", options.StoreTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1));
        faults.Between("SessionLifetime", options.SessionLifetime, TimeSpan.FromMinutes(1), TimeSpan.FromDays(30));
        faults.Between("CodeLifetime", options.CodeLifetime, TimeSpan.FromSeconds(10), TimeSpan.FromHours(1));
        if (options.Compat.FirstOrDefault(group => !Groups.Contains(group)) is { } unknown)
        {
            faults.All.Add($"Pawl:Web:Compat names {Shown.Text(unknown)}; there are {string.Join(" and ", Groups)}. Correct it.");
        }

        if (!options.Keys && options.RoleOf is null)
        {
            faults.All.Add("Pawl:Web:Keys is false and RoleOf is not set, so nobody could be let in. "
                + "Set MapPawl(…, o => o.RoleOf = user => …), or leave keys on.");
        }

        if (options.AllowedHosts.Count == 0)
        {
            faults.All.Add("Pawl:Web:AllowedHosts is empty, so no request could be answered. Name the hosts this server is called by.");
        }

        if (!Names.IsName(options.ProcessType))
        {
            faults.All.Add($"Pawl:Web:ProcessType must name a job type, but was {Shown.Text(options.ProcessType)}. Correct it.");
        }

        faults.Throw();
    }

    private static DateTimeOffset TimeOf(string text) =>
        DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : throw new PawlException(
                "config_invalid",
                $"Pawl:Web:Sunset must be a day such as 2027-01-31, but was {Shown.Text(text)}. Correct it in the settings.",
                exitCode: 8);
}
