using System.Globalization;

namespace Pawl;

/// <summary>How often a job may run and how long it waits between two runs. The defaults are those of the engine.</summary>
/// <remarks>
/// Only failed and timed-out attempts use the budget; lost, released and snoozed ones do not.
/// The waits of the defaults are 60-78 s, 120-156 s, 240-312 s and so on, at most 78 min: the jitter is added after the cap.
/// </remarks>
public sealed record RetryPolicy
{
    private static readonly TimeSpan LongestDelay = TimeSpan.FromDays(365);

    /// <summary>The default policy: three runs, 60 s doubling to 1 h, 30 % jitter.</summary>
    public static RetryPolicy Default { get; } = new();

    /// <summary>How many runs a generation has in all, the first one included. 1 to 100; default 3. 1 means no retry.</summary>
    public int MaxAttempts { get; init; } = 3;

    /// <summary>The wait before the first retry, without its jitter. 0 to 365 days; default 60 s.</summary>
    public TimeSpan BaseDelay { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>What each further wait is longer by. 1 to 100; default 2. 1 keeps all waits alike.</summary>
    public double Multiplier { get; init; } = 2;

    /// <summary>The longest wait, without its jitter. <see cref="BaseDelay"/> to 365 days; default 1 h.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The largest share that chance adds to a wait. 0 to 1; default 0.3.</summary>
    public double Jitter { get; init; } = 0.3;

    /// <summary>A sentence for each value out of its bounds: the value, the bounds and where to set it.</summary>
    /// <param name="where">The settings the values came from, such as <c>Pawl:Retry</c>; it opens each sentence.</param>
    /// <param name="remedy">A sentence on how to set them; by default the settings file and <c>AddPawl</c>.</param>
    /// <returns>Empty when the policy is sound.</returns>
    internal IReadOnlyList<string> Faults(
        string where = "Pawl:Retry",
        string remedy = "Set it in appsettings.json or with AddPawl(o => o.Retry = new() { … }).")
    {
        var faults = new List<string>();
        Check(MaxAttempts is >= 1 and <= 100, nameof(MaxAttempts), "between 1 and 100", MaxAttempts);
        Check(BaseDelay >= TimeSpan.Zero && BaseDelay <= LongestDelay, nameof(BaseDelay), "between 0 s and 365 days", BaseDelay);

        // Written so that NaN fails too.
        Check(Multiplier is >= 1 and <= 100, nameof(Multiplier), "between 1 and 100", Multiplier);
        Check(
            MaxDelay >= BaseDelay && MaxDelay <= LongestDelay,
            nameof(MaxDelay),
            string.Create(CultureInfo.InvariantCulture, $"between BaseDelay ({BaseDelay}) and 365 days"),
            MaxDelay);
        Check(Jitter is >= 0 and <= 1, nameof(Jitter), "between 0 and 1", Jitter);
        return faults;

        void Check<T>(bool sound, string name, string bounds, T value)
        {
            if (!sound)
            {
                faults.Add(string.Create(CultureInfo.InvariantCulture, $"{where}:{name} must be {bounds}, but was {value}. {remedy}"));
            }
        }
    }
}
