using System.Globalization;

namespace Pawl;

/// <summary>Where the priority of a type starts, before its rules add points. The default is <see cref="Normal"/>.</summary>
public readonly record struct BasePriority
{
    private BasePriority(int points) => Points = points;

    /// <summary>The word <c>low</c>: -20.</summary>
    public static BasePriority Low { get; } = new(Priority.Low);

    /// <summary>The word <c>normal</c>: 0.</summary>
    public static BasePriority Normal { get; } = new(Priority.Normal);

    /// <summary>The word <c>high</c>: 20.</summary>
    public static BasePriority High { get; } = new(Priority.High);

    /// <summary>From -1,000 to 1,000.</summary>
    public int Points { get; }

    /// <summary>A base of any number of points.</summary>
    /// <param name="points">From -1,000 to 1,000.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is off the scale.</exception>
    public static BasePriority Of(int points)
    {
        Priority.ThrowIfOffScale(points, nameof(points));
        return new(points);
    }

    /// <summary>Reads <c>low</c>, <c>normal</c>, <c>high</c> or a whole number from -1,000 to 1,000; false for anything else.</summary>
    public static bool TryParse(string? text, out BasePriority value)
    {
        int? points = text switch
        {
            "low" => Priority.Low,
            "normal" => Priority.Normal,
            "high" => Priority.High,
            _ => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null,
        };
        var known = points is >= Priority.Lowest and <= Priority.Highest;
        value = known ? new(points!.Value) : default;
        return known;
    }

    /// <summary>The word, or the number when no word stands for it.</summary>
    public override string ToString() => Points switch
    {
        Priority.Low => "low",
        Priority.Normal => "normal",
        Priority.High => "high",
        _ => Points.ToString(CultureInfo.InvariantCulture),
    };
}
