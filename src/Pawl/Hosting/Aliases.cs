using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Pawl.Hosting;

/// <summary>Environment variables of the job systems that Pawl takes the place of, read where <c>Pawl:EnvironmentAliases</c> is
/// true.</summary>
/// <remarks>Off by default, because a host may use such names for something of its own. Read before the section <c>Pawl</c>, which goes
/// before them.</remarks>
internal static class Aliases
{
    public const string Switch = "Pawl:EnvironmentAliases";

    /// <summary>Reads what is there; what is not there stays as it is.</summary>
    /// <exception cref="PawlException"><c>config_invalid</c>.</exception>
    public static void Read(IConfiguration configuration, PawlOptions options)
    {
        if (!IsOn(configuration))
        {
            return;
        }

        Whole("MAX_CONCURRENT_JOBS", count => options.Worker.Slots = count);
        Whole("JOB_TIMEOUT_MINUTES", minutes => options.Types.Default.Timeout = TimeSpan.FromMinutes(minutes));

        // The one counts retries, the other runs; where both are set, runs are what the setting is about.
        Whole("MAX_RETRIES", retries => options.Retry = options.Retry with { MaxAttempts = retries + 1 });
        Whole("RETRY_MAX_ATTEMPTS", runs => options.Retry = options.Retry with { MaxAttempts = runs });
        Number("RETRY_BACKOFF_MULTIPLIER", factor => options.Retry = options.Retry with { Multiplier = factor });
        Number("SENTRY_TRACES_SAMPLE_RATE", share => options.Telemetry.TraceSampleRatio = share);
        Whole("HEALTH_CHECK_INTERVAL_MS", wait => options.Health.Interval = TimeSpan.FromMilliseconds(wait));

        void Whole(string name, Action<int> set) => Aliases.Whole(configuration, name, set);

        void Number(string name, Action<double> set)
        {
            if (configuration[name] is { } text)
            {
                set(double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
                    ? value
                    : throw Wrong(name, "a number", text));
            }
        }
    }

    /// <summary>Reads a whole number, if it is there.</summary>
    /// <exception cref="PawlException"><c>config_invalid</c>.</exception>
    public static void Whole(IConfiguration configuration, string name, Action<int> set)
    {
        if (configuration[name] is { } text)
        {
            set(int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value < int.MaxValue
                ? value
                : throw Wrong(name, "a whole number", text));
        }
    }

    /// <summary>Whether such names are read at all.</summary>
    public static bool IsOn(IConfiguration configuration) => configuration[Switch] is { } text
        && (bool.TryParse(text, out var on) ? on : throw Wrong(Switch, "true or false", text));

    private static PawlException Wrong(string name, string allowed, string text) => new(
        "config_invalid", $"{name} must be {allowed}, but was {Shown.Text(text)}. Correct it in the settings.", exitCode: 8);
}
