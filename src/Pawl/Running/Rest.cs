namespace Pawl.Running;

/// <summary>Waits between two tries.</summary>
internal static class Rest
{
    /// <summary>Waits, and ends early without a word when it is told to.</summary>
    public static async Task ForAsync(TimeSpan time, TimeProvider clock, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(time, clock, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The caller looks at its token.
        }
    }
}
