using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace Pawl.Bench;

/// <summary>The database as an outsider sees it: counts come from its tables, not from the engine under test.</summary>
internal abstract class Database
{
    /// <summary>The one that this run measures.</summary>
    public static Database Current { get; private set; } = new SqliteDatabase();

    public abstract string ConnectionString { get; }

    /// <summary>What <c>pawl serve --store</c> takes for it.</summary>
    public abstract string Option { get; }

    /// <summary>Whether the producer and the worker of one measure are two processes.</summary>
    public abstract bool IsShared { get; }

    /// <summary>Measures this store from now on.</summary>
    public static void Choose(string store) => Current = store == "sqlite" ? new SqliteDatabase() : new PostgresDatabase();

    /// <summary>Says to Pawl where it keeps its jobs.</summary>
    public abstract void Use(PawlBuilder pawl);

    /// <summary>Forgets everything.</summary>
    public abstract void Drop();

    /// <summary>How many jobs wait, counted row by row.</summary>
    public abstract long Queued();

    /// <summary>How many jobs are done, counted row by row.</summary>
    public abstract long Done();

    /// <summary>How many jobs were cancelled, counted row by row.</summary>
    public abstract long Cancelled();

    /// <summary>How many attempts ended well; with one for each job that is done, each of them ended exactly once.</summary>
    public abstract long Succeeded();

    /// <summary>Waits until the database itself says that nothing is open any more.</summary>
    public async Task DrainedAsync(TimeSpan limit)
    {
        var since = Stopwatch.GetTimestamp();
        while (IsOpen())
        {
            if (Stopwatch.GetElapsedTime(since) > limit)
            {
                throw new TimeoutException($"Jobs were still open after {limit}.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System);
        }
    }

    /// <summary>Whether any job is not ended; looked at while waiting, where counting rows would be a load of its own.</summary>
    protected abstract bool IsOpen();
}
