using Pawl.Postgres;
using Pawl.Storage.Tests.OnlyPostgres;

namespace Pawl.Storage.Tests;

/// <summary>The model beside PostgreSQL, in two halves that are run at the same time.</summary>
public abstract class PostgresModel(Databases databases, ulong part) : ModelSpec(part, ordinary: 100)
{
    protected override async Task UseAsync(Func<IJobStore, Task> play)
    {
        var database = await databases.TakeAsync();
        await using (var store = PostgresStore.Open(database, new PostgresOptions { Listen = false }))   // each sequence opens one
        {
            await play(store);
        }

        await databases.GiveBackAsync(database);
    }
}

/// <summary>One half.</summary>
public sealed class PostgresModelFirst(Databases databases) : PostgresModel(databases, 0);

/// <summary>The other half.</summary>
public sealed class PostgresModelSecond(Databases databases) : PostgresModel(databases, 1);
