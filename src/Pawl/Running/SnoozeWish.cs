namespace Pawl.Running;

/// <summary>A handler asked to be run later.</summary>
/// <param name="Delay">How much later.</param>
/// <param name="Reason">What it waits for.</param>
/// <param name="Why">The handler's words.</param>
internal sealed record SnoozeWish(TimeSpan Delay, WaitReason Reason, string? Why);

/// <summary>Ends a handler that asked to be run later. The wish is noted with the attempt, so it holds even if a handler swallows
/// this.</summary>
internal sealed class SnoozedException(SnoozeWish wish) : Exception("The job goes on later. Let this exception pass: it ends the handler.")
{
    public SnoozeWish Wish { get; } = wish;
}
