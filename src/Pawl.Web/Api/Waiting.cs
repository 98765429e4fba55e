using Pawl.Web.Routing;

namespace Pawl.Web.Api;

/// <summary>Holds a request until there is something to tell, its time is over, or the server stops.</summary>
internal static class Waiting
{
    // A hint may be lost; somebody who waits looks for himself now and then.
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(2);

    /// <summary>Looks until it has found something.</summary>
    /// <param name="call">The request.</param>
    /// <param name="wait">How long at most.</param>
    /// <param name="look">Looks.</param>
    /// <param name="found">Whether that is worth an answer.</param>
    /// <returns>What the last look saw.</returns>
    public static async Task<T> ForAsync<T>(Call call, TimeSpan wait, Func<Task<T>> look, Func<T, bool> found)
    {
        var clock = call.Site.Clock;
        var since = clock.GetTimestamp();
        using var signal = new Signal(clock);
        using var gone = call.Cancelled.UnsafeRegister(static signal => ((Signal)signal!).Set(), signal);
        using var stops = call.Site.Stopping.UnsafeRegister(static signal => ((Signal)signal!).Set(), signal);
        Action<long> recorded = _ => signal.Set();
        call.Site.Store.Wakeups.Recorded += recorded;
        try
        {
            while (true)
            {
                var seen = await look().ConfigureAwait(false);
                var left = wait - clock.GetElapsedTime(since);
                if (found(seen) || left <= TimeSpan.Zero || call.Site.Stopping.IsCancellationRequested)
                {
                    return seen;
                }

                await signal.WaitAsync(left < LookAgain ? left : LookAgain).ConfigureAwait(false);
                call.Cancelled.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            call.Site.Store.Wakeups.Recorded -= recorded;
        }
    }
}
