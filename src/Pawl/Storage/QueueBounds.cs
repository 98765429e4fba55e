using System.Globalization;

namespace Pawl.Storage;

/// <summary>How far an operator may turn the screws of a queue.</summary>
internal static class QueueBounds
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    public static void Check(QueueSettings settings)
    {
        if (settings.MaxRunning is < 1)
        {
            throw Refused("max_running", settings.MaxRunning.Value, "1 or more");
        }

        if (settings.StartTarget is { } target && (target < TimeSpan.FromSeconds(1) || target > Longest))
        {
            throw Refused("start_slo_ms", target.TotalMilliseconds, "1,000 to 2,592,000,000");
        }

        if (settings.AgeingAfter is { } after && (after < TimeSpan.Zero || after > Longest))
        {
            throw Refused("ageing_after_ms", after.TotalMilliseconds, "0 to 2,592,000,000");
        }

        Share("retry_share", settings.RetryShare);
        Share("ageing_share", settings.AgeingShare);
    }

    private static void Share(string name, double? share)
    {
        if (share is { } known && known is not (>= 0 and <= 1))
        {
            throw Refused(name, known, "0 to 1");
        }
    }

    private static PawlException Refused(string name, double value, string allowed) => new(
        "out_of_range",
        string.Create(CultureInfo.InvariantCulture, $"{name} is {allowed}, but was {value}. Leave it out for the default."));
}
