using Npgsql;
using Pawl.Chaos.Tests.Report;

namespace Pawl.Chaos.Tests.Faults;

public sealed class TerminatedConnectionsTests(ITestOutputHelper output)
{
    public const string EndOne = """
        select count(pg_terminate_backend(pid)) from (
            select pid from pg_stat_activity
            where backend_type = 'client backend' and pid <> pg_backend_pid() and datname = current_database()
            order by random() limit 1) as one
        """;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private static int Ends => Load.Full ? 300 : 40;

    [Fact]
    public async Task Connections_ended_five_times_a_second_lose_no_acknowledged_job_and_end_no_process()
    {
        var row = FaultRow.Begin(output, "F8", "PostgreSQL", "backends terminated, 5 a second");
        using var server = Servers.Start();
        using var place = new Installation(server.ConnectionString, server.ConnectionString);
        await Load.RunAsync(place, output, row, async worker =>
        {
            var ended = 0L;
            await place.HarmAsync("ended connections", async () =>
            {
                await using var source = NpgsqlDataSource.Create(server.ConnectionString);
                await using var end = source.CreateCommand(EndOne);
                using var tick = new PeriodicTimer(Pause, TimeProvider.System);
                for (var i = 0; ended < Ends && i < 10 * Ends; i++)
                {
                    await tick.WaitForNextTickAsync(TestContext.Current.CancellationToken);
                    try
                    {
                        ended += (long)(await end.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
                    }
                    catch (NpgsqlException)
                    {
                        // A server that is busy with all the new connections; counted as none ended.
                    }
                }
            });
            Assert.True(ended == Ends, $"Only {ended} of {Ends} times there was a connection to end.");
            await worker.ReturnsAsync(Load.Between);
        });
        row.Count(Ends);
        row.Passed();
    }
}
