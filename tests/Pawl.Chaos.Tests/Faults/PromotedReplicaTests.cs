using System.Globalization;
using Npgsql;
using Pawl.Chaos.Tests.Report;

namespace Pawl.Chaos.Tests.Faults;

public sealed class PromotedReplicaTests(ITestOutputHelper output)
{
    private const string WaitForBoth = """
        do $$
        begin
            for try in 1..500 loop
                exit when exists (select 1 from pg_stat_replication where sync_state = 'sync');
                perform pg_sleep(0.05);
            end loop;
        end
        $$
        """;

    [Fact]
    public async Task A_replica_promoted_after_its_primary_was_stopped_at_once_has_all_that_was_acknowledged_and_the_work_goes_on()
    {
        var row = FaultRow.Begin(output, "replica", "PostgreSQL", "primary stopped at once, replica promoted");
        using var primary = Servers.Start();
        using var replica = Servers.StartReplica(primary);
        await WaitForReplicaAsync(primary.ConnectionString);
        var both = new NpgsqlConnectionStringBuilder(primary.ConnectionString)
        {
            Host = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{primary.Port},127.0.0.1:{replica.Port}"),
            TargetSessionAttributes = "read-write",
        }.ConnectionString;
        using var place = new Installation(both, replica.ConnectionString);
        await Load.RunAsync(place, output, row, async worker =>
        {
            await place.HarmAsync("failover", () =>
            {
                primary.Crash();
                replica.Promote();
                return Task.CompletedTask;
            });
            await worker.ReturnsAsync(Load.Between);
        });
        row.Count(1);
        row.Passed();
    }

    /// <summary>From now on a commit is acknowledged when the replica has flushed it too.</summary>
    private static async Task WaitForReplicaAsync(string primary)
    {
        await using var source = NpgsqlDataSource.Create(primary);
        foreach (var sql in (string[])
        [
            "alter system set synchronous_standby_names = '*'",
            "select pg_reload_conf()",
            WaitForBoth,
        ])
        {
            await using var command = source.CreateCommand(sql);
            await command.ExecuteNonQueryAsync();
        }

        await using var state = source.CreateCommand("select sync_state from pg_stat_replication");
        Assert.Equal("sync", await state.ExecuteScalarAsync());
    }
}
