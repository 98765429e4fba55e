using Microsoft.Extensions.Logging;
using Pawl.Storage;
using Pawl.Telemetry;

namespace Pawl.Maintenance;

/// <summary>What the loops do about errors: report a change once, and wait longer each time.</summary>
internal sealed class Trouble(IJobStore store, ILogger logger)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstForSchema = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MostForSchema = TimeSpan.FromSeconds(60);

    private int _waiting;

    /// <summary>How long to wait after the so-many-th failure in a row, from 0.</summary>
    public static TimeSpan Delay(int failures, bool forSchema)
    {
        var (first, most) = forSchema ? (FirstForSchema, MostForSchema) : (First, Most);
        var grown = first * Math.Pow(2, Math.Min(failures, 10));
        return grown < most ? grown : most;
    }

    /// <summary>A step failed.</summary>
    /// <param name="chore">Whose.</param>
    /// <param name="failures">How many steps in a row failed before this one.</param>
    /// <param name="error">Why.</param>
    /// <param name="cancellationToken">Ends the look at the schema.</param>
    /// <returns>How long to wait.</returns>
    public async ValueTask<TimeSpan> FailedAsync(string chore, int failures, Exception error, CancellationToken cancellationToken)
    {
        if (await SchemaAsync(error, cancellationToken) is { } schema)
        {
            // One line for all chores, however many wait.
            if (Interlocked.Exchange(ref _waiting, 1) == 0)
            {
                Log.ChoresWaitForSchema(logger, schema.Pending.Count, schema.Missing.Count);
            }

            return Delay(failures, forSchema: true);
        }

        var delay = Delay(failures, forSchema: false);
        if (failures == 0)
        {
            Log.ChoreFailed(logger, chore, delay, error);
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
