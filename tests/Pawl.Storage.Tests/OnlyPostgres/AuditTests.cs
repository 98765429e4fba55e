using Npgsql;
using Pawl.Postgres;

namespace Pawl.Storage.Tests.OnlyPostgres;

/// <summary>The audit under the hands of somebody with a tool of the database's own.</summary>
public sealed class AuditTests(Databases databases)
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 10, 0, 0, TimeSpan.Zero);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("update pawl.audit set actor = 'eve' where action = 'a1'")]
    [InlineData("update pawl.audit set after = '{}' where action = 'a1'")]
    [InlineData("update pawl.audit set refusal = null where action = 'a1'")]
    [InlineData("update pawl.audit set hash = null where action = 'a1'")]
    [InlineData("delete from pawl.audit where action = 'a0'")]
    [InlineData("delete from pawl.audit where action = 'a1'")]
    public async Task An_entry_that_somebody_changed_or_took_away_is_found(string tamper)
    {
        var database = await databases.TakeAsync();
        await using (var store = PostgresStore.Open(database, new PostgresOptions { Listen = false }))
        {
            await store.MigrateAsync(apply: false, Ct);
            for (var n = 0; n < 4; n++)
            {
                await store.AuditAsync([new AuditNote($"a{n}", "ann", Refusal: n == 1 ? "forbidden" : null)], Now, Ct);
            }

            Assert.True((await store.VerifyAuditAsync(Ct)).Whole);
            await using (var other = new NpgsqlConnection(database))
            {
                await other.OpenAsync(Ct);
                await using var command = new NpgsqlCommand(tamper, other);
                Assert.Equal(1, await command.ExecuteNonQueryAsync(Ct));
            }

            Assert.NotNull((await store.VerifyAuditAsync(Ct)).BrokenAt);
        }

        await databases.GiveBackAsync(database);
    }
}
