using Microsoft.Extensions.Logging;
using Pawl.Storage;
using Pawl.Telemetry;

namespace Pawl.Maintenance;

/// <summary>What the loops do about errors: report a change once, and wait longer each time.</summary>
internal sealed class Trouble(IJobStore store, ILogger logger)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait of a chore.</summary>
    public static readonly TimeSpan Most = TimeSpan.FromSeconds(30);

    /// <summary>The longest wait of the watch over the leadership, on which all chores wait: within 5 s after a store is back, whoever
    /// died meanwhile is watched again.</summary>
    public static readonly TimeSpan MostOfLeader = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan FirstForSchema = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MostForSchema = TimeSpan.FromSeconds(60);

    private int _waiting;

    /// <summary>How long to wait after the so-many-th failure in a row, from 0.</summary>
    /// <param name="failures">How many steps in a row failed before this one.</param>
    /// <param name="most">The longest wait; null for that for missing tables.</param>
    public static TimeSpan Delay(int failures, TimeSpan? most)
    {
        var (first, longest) = most is { } known ? (First, known) : (FirstForSchema, MostForSchema);
        var grown = first * Math.Pow(2, Math.Min(failures, 10));
        return grown < longest ? grown : longest;
    }

    /// <summary>A step failed.</summary>
    /// <param name="chore">Whose.</param>
    /// <param name="failures">How many steps in a row failed before this one.</param>
    /// <param name="most">How long to wait at most.</param>
    /// <param name="error">Why.</param>
    /// <param name="cancellationToken">Ends the look at the schema.</param>
    /// <returns>How long to wait.</returns>
    public async ValueTask<TimeSpan> FailedAsync(
        string chore, int failures, TimeSpan most, Exception error, CancellationToken cancellationToken)
    {
        if (await SchemaAsync(error, cancellationToken) is { } schema)
        {
            // One line for all chores, however many wait.
            if (Interlocked.Exchange(ref _waiting, 1) == 0)
            {
                Log.ChoresWaitForSchema(logger, schema.Pending.Count, schema.Missing.Count);
            }

            return Delay(failures, most: null);
        }

        var delay = Delay(failures, most);
        if (failures == 0)
        {
            Log.ChoreFailed(logger, chore, delay, (int)most.TotalSeconds, error);
        }

        return delay;
    }

    /// <summary>A step did its work after some had failed.</summary>
    public void Worked(string chore)
    {
        if (Interlocked.Exchange(ref _waiting, 0) == 1)
        {
            Log.ChoresHaveSchema(logger);
        }
        else
        {
            Log.ChoreWorks(logger, chore);
        }
    }

    /// <summary>The schema when it is what the store lacks. A driver may have its own words for a missing table, so we look.</summary>
    private async ValueTask<SchemaStatus?> SchemaAsync(Exception error, CancellationToken cancellationToken)
    {
        try
        {
            var status = await store.MigrateAsync(apply: false, cancellationToken);
            return status.Ready && error is not PawlException { Code: StoreErrors.WaitingForSchema } ? null : status;
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // It does not answer at all. The first error says more than this one.
            return null;
        }
    }
}
