using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Pawl;

/// <summary>Lengths of time as people write them: <c>30s</c>, <c>5m</c>, <c>1h30m</c>, <c>500ms</c>, <c>PT5M</c>.</summary>
/// <remarks>Units are <c>w d h m s ms</c>, each at most once and from long to short; a number may have decimals. ISO-8601 durations in
/// weeks, days and smaller are read too, and the .NET form with colons (<c>00:05:00</c>). A bare number is refused: nobody knows its
/// unit.</remarks>
public static class Durations
{
    private const string Allowed = "Write it like 500ms, 30s, 5m, 1h30m, 2d or PT5M.";

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    private static readonly (string Name, long Ticks)[] Units =
    [
        ("w", 7 * TimeSpan.TicksPerDay),
        ("d", TimeSpan.TicksPerDay),
        ("h", TimeSpan.TicksPerHour),
        ("m", TimeSpan.TicksPerMinute),
        ("s", TimeSpan.TicksPerSecond),
        ("ms", TimeSpan.TicksPerMillisecond),
    ];

    /// <summary>Reads a length of time, never negative.</summary>
    /// <exception cref="PawlException"><c>duration_invalid</c>, with the value and the forms that are allowed.</exception>
    public static TimeSpan Parse(string? text) =>
        TryParse(text, out var value)
            ? value
            : throw new PawlException("duration_invalid", $"{Shown.Text(text)} is no length of time. {Allowed}");

    /// <summary>Reads a length of time; false for anything else, and for negative ones.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out TimeSpan value)
    {
        value = default;
        if (text is null || text.Length is 0 or > 64)
        {
            return false;
        }

        if (text.Contains(':', StringComparison.Ordinal))
        {
            return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out value) && value >= TimeSpan.Zero;
        }

        return text[0] is 'P' or 'p' ? ReadIso(text.AsSpan(1), out value) : Read(text, Units, out value);
    }

    /// <summary>The shortest usual form, such as <c>1h30m</c>; parts of a millisecond are written as decimals of one.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public static string Format(TimeSpan value)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
        if (value == TimeSpan.Zero)
        {
            return "0s";
        }

        var text = new StringBuilder();
        var rest = value.Ticks;
        foreach (var (name, ticks) in Units.AsSpan(1))
        {
            if (name == "ms" && rest > 0)
            {
                text.Append(((decimal)rest / ticks).ToString("0.####", CultureInfo.InvariantCulture)).Append(name);
            }
            else if (rest / ticks is var count and > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"{count}{name}");
                rest -= count * ticks;
            }
        }

        return text.ToString();
    }

    private static bool ReadIso(ReadOnlySpan<char> text, out TimeSpan value)
    {
        value = default;
        Span<char> lower = stackalloc char[text.Length];
        text.ToLowerInvariant(lower);
        var split = lower.IndexOf('t');
        ReadOnlySpan<char> days = split < 0 ? lower : lower[..split];
        ReadOnlySpan<char> time = split < 0 ? [] : lower[(split + 1)..];
        if ((days.IsEmpty && time.IsEmpty) || (split >= 0 && time.IsEmpty))
        {
            return false;
        }

        var (ofDays, ofTime) = (TimeSpan.Zero, TimeSpan.Zero);
        if ((!days.IsEmpty && !Read(days, Units.AsSpan(0, 2), out ofDays))
            || (!time.IsEmpty && !Read(time, Units.AsSpan(2, 3), out ofTime)))
        {
            return false;
        }

        if (ofDays > TimeSpan.MaxValue - ofTime)
        {
            return false;
        }

        value = ofDays + ofTime;
        return true;
    }

    private static bool Read(ReadOnlySpan<char> text, ReadOnlySpan<(string Name, long Ticks)> units, out TimeSpan value)
    {
        value = default;
        decimal sum = 0;
        var next = 0;
        while (!text.IsEmpty)
        {
            var digits = text.IndexOfAnyExcept(Digits);
            if (digits <= 0
                || !decimal.TryParse(text[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            {
                return false;
            }

            text = text[digits..];
            var letters = text.IndexOfAnyInRange('0', '9');
            var unit = letters < 0 ? text : text[..letters];
            var at = next;
            while (at < units.Length && !unit.SequenceEqual(units[at].Name))
            {
                at++;
            }

            if (at == units.Length || number > long.MaxValue / units[at].Ticks)
            {
                return false;
            }

            sum += number * units[at].Ticks;
            next = at + 1;
            text = text[unit.Length..];
        }

        if (next == 0 || sum > long.MaxValue)
        {
            return false;
        }

        value = TimeSpan.FromTicks((long)sum);
        return true;
    }
}
