namespace Pawl.Cli;

/// <summary>One finding of <c>pawl doctor</c>.</summary>
/// <param name="Name">What was looked at.</param>
/// <param name="Level">How it is.</param>
/// <param name="Finding">What was found.</param>
/// <param name="Remedy">What to do; null where nothing is to be done.</param>
internal sealed record Check(string Name, Level Level, string Finding, string? Remedy)
{
    /// <summary>Whether it is a refused schema or setting: exit code 8.</summary>
    public bool Refused { get; init; }

    /// <summary>How far two clocks are apart.</summary>
    public static Check Clock(string name, string other, TimeSpan difference)
    {
        var apart = difference.Duration();
        var yellow = apart > TimeSpan.FromSeconds(2);
        return new(
            name,
            apart > TimeSpan.FromSeconds(30) ? Level.Red : yellow ? Level.Yellow : Level.Green,
            $"this machine and the {other} are {Durations.Format(TimeSpan.FromMilliseconds(Math.Round(apart.TotalMilliseconds)))} apart",
            yellow ? "let both keep their time by NTP" : null);
    }
}

/// <summary>How a thing is.</summary>
internal enum Level
{
    Green,
    Yellow,
    Red,
}
