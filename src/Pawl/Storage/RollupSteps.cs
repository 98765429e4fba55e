namespace Pawl.Storage;

/// <summary>Where the steps of a <see cref="RollupQuery"/> begin.</summary>
internal static class RollupSteps
{
    /// <summary>A minute in microseconds.</summary>
    public const long Minute = 60_000_000;

    /// <summary>The first minute and the length of a step, in microseconds.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The step is not one of whole minutes.</exception>
    public static (long Since, long Step) Of(RollupQuery query)
    {
        var step = query.Step.Ticks / TimeSpan.TicksPerMicrosecond;
        if (step < Minute || step % Minute != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(query), query.Step, "A step is one or more whole minutes.");
        }

        var since = (query.Since.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond;
        return (since - (since % Minute), step);
    }
}
