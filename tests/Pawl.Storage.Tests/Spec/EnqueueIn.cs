using Microsoft.Data.Sqlite;

namespace Pawl.Storage.Tests;

public abstract partial class JobStoreSpec
{
    [Fact]
    public async Task A_transaction_of_another_database_is_refused_and_nothing_is_stored()
    {
        await using var connection = new SqliteConnection("Data Source=:memory:");
        await connection.OpenAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);

        var refused = await Assert.ThrowsAsync<PawlException>(
            async () => await Store.EnqueueInAsync(new EnqueueRequest([Plain], Now), transaction, Ct));

        Assert.Equal("transaction_foreign", refused.Code);
        Assert.Empty((await Store.ListAsync(new JobQuery(), Ct)).Jobs);
    }
}
