using System.Globalization;

namespace Pawl.Hosting;

/// <summary>Gathers what is wrong with the settings of a section: each with its bounds, its value and where to set it.</summary>
internal sealed class Faults(string section, string setter)
{
    public List<string> All { get; } = [];

    /// <summary>Throws when there are any.</summary>
    /// <exception cref="PawlException"><c>config_invalid</c>.</exception>
    public void Throw()
    {
        if (All.Count > 0)
        {
            throw new PawlException("config_invalid", string.Join(Environment.NewLine, All), exitCode: 8);
        }
    }

    public void Between(string setting, long value, long least, long most) =>
        Check(setting, value >= least && value <= most, Text(least), Text(most), value);

    public void Between(string setting, TimeSpan value, TimeSpan least, TimeSpan most) =>
        Check(
            setting,
            value >= least && value <= most,
            Durations.Format(least),
            Durations.Format(most),
            value < TimeSpan.Zero ? $"-{Durations.Format(value.Duration())}" : Durations.Format(value));

    public void Name(string setting, string? name)
    {
        if (!Names.IsName(name))
        {
            All.Add(
                $"{section}:{setting} must hold names of queues: 1 to {Names.MaxName} ASCII letters, digits, '.', '_', ':' or '-', "
                + $"but it holds {Shown.Text(name)}. "
                + Remedy(setting));
        }
    }

    public void Check<T>(string setting, bool sound, string least, string most, T value)
    {
        if (!sound)
        {
            All.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{section}:{setting} must be between {least} and {most}, but was {value}. {Remedy(setting)}"));
        }
    }

    private string Remedy(string setting) =>
        $"Set it in appsettings.json or with {string.Format(CultureInfo.InvariantCulture, setter, setting.Replace(':', '.'))}.";

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
