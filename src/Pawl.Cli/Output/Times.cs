using System.Globalization;

namespace Pawl.Cli.Output;

/// <summary>Writes points and lengths of time short enough for a column.</summary>
internal sealed class Times(TimeForm form, TimeProvider clock)
{
    private const string Pattern = "yyyy-MM-dd HH:mm:ss";

    /// <summary>A point in time of the API; what is none stays as it is.</summary>
    public string Point(string text)
    {
        if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at))
        {
            return text;
        }

        if (form == TimeForm.Relative)
        {
            var age = clock.GetUtcNow() - at;
            return age < TimeSpan.Zero ? $"in {Length(-age)}" : $"{Length(age)} ago";
        }

        return form == TimeForm.Utc
            ? at.UtcDateTime.ToString($"{Pattern}'Z'", CultureInfo.InvariantCulture)
            : TimeZoneInfo.ConvertTime(at, clock.LocalTimeZone).ToString(Pattern, CultureInfo.InvariantCulture);
    }

    /// <summary>The two largest units: <c>1h30m</c>, <c>450ms</c>.</summary>
    public static string Length(TimeSpan length)
    {
        if (length < TimeSpan.Zero)
        {
            return $"-{Length(length.Duration())}";
        }

        if (length < TimeSpan.FromSeconds(1))
        {
            return string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(length.TotalMilliseconds)}ms");
        }

        var unit = length switch
        {
            { TotalDays: >= 1 } => TimeSpan.FromHours(1),
            { TotalHours: >= 1 } => TimeSpan.FromMinutes(1),
            _ => TimeSpan.FromSeconds(1),
        };
        return Durations.Format(TimeSpan.FromTicks(length.Ticks / unit.Ticks * unit.Ticks));
    }
}
