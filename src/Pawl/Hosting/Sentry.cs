using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Pawl.Telemetry;

namespace Pawl.Hosting;

/// <summary>The section <c>Pawl:Sentry</c>: where failures are reported to. Without <c>Dsn</c> nowhere.</summary>
internal sealed class Sentry : IDisposable
{
    /// <summary>Reads the section.</summary>
    /// <exception cref="PawlException"><c>config_invalid</c>.</exception>
    public Sentry(IConfiguration? configuration, TimeProvider clock, ILogger logger)
    {
        var section = configuration?.GetSection("Pawl:Sentry");
        if (section is null)
        {
            return;
        }

        var settings = new Settings(section);
        var (dsn, environment, release) = ((SentryDsn?)null, (string?)null, (string?)null);

        // The value is not shown: it holds a key.
        settings.Read("Dsn", text => SentryDsn.TryParse(text, out var read)
            ? read
            : throw Settings.Refused(
                $"{section.Path}:Dsn", $"{section.Path}:Dsn must be like https://public-key@host/project. Correct it in the settings."),
            value => dsn = value);
        settings.Text("Environment", value => environment = value);
        settings.Text("Release", value => release = value);
        settings.Done();
        Reporters = dsn is null ? [] : [new SentryReporter(dsn, environment, release, clock, logger)];
    }

    /// <summary>One, or none.</summary>
    public IReadOnlyList<SentryReporter> Reporters { get; } = [];

    public void Dispose()
    {
        foreach (var reporter in Reporters)
        {
            reporter.Dispose();
        }
    }
}
