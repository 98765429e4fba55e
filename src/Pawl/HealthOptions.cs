namespace Pawl;

/// <summary>When health is checked and when people are told.</summary>
public sealed class HealthOptions
{
    /// <summary>How long after one check the next follows; 1 s to 1 day; default 300 s.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(300);

    /// <summary>People are told when the score falls below this; 0 to 100; default 70.</summary>
    public int AlertBelow { get; set; } = 70;
}
