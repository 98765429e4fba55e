using System.Globalization;
using Npgsql;
using Pawl.Chaos.Tests.History;
using Pawl.Chaos.Tests.Kill;
using Pawl.Chaos.Tests.Report;

namespace Pawl.Chaos.Tests.Faults;

/// <summary>Five scenarios by the names that a public comparison of job queues gives them: how much of the work a second before the fault
/// is
/// done after it.</summary>
/// <remarks>For a machine that does nothing else: <c>./chaos.sh sweep</c>.</remarks>
[Trait("run", "sweep")]
public sealed class SweepTests(ITestOutputHelper output)
{
    private const double Share = 0.95;
    private const int Rounds = 5;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    [Theory]
    [InlineData("postgres_restart")]
    [InlineData("pg_backend_kill")]
    [InlineData("pool_exhaustion")]
    [InlineData("crash_recovery")]
    [InlineData("repeated_kills")]
    public async Task The_work_goes_on_as_before(string scenario)
    {
        FaultRow.Scenario(output, scenario, "| - | - | - | failed |");
        using var server = Servers.Start();
        using var place = new Installation(server.ConnectionString, server.ConnectionString);
        await using var leading = place.Start("lead");
        await leading.ReadyAsync();
        await using var asking = place.Start("ask");
        var workers = new List<Victim> { place.StartWorker(), place.StartWorker() };
        try
        {
            await Task.WhenAll(asking.ReadyAsync(), workers[0].ReadyAsync(), workers[1].ReadyAsync());
            await workers[1].ReturnsAsync(Load.Between);
            await HarmAsync(scenario, server, place, workers);

            // Half of it passes before it is measured.
            await workers[^1].ReturnsAsync(3 * Load.Between);
            await place.StopAsync(asking);
            await place.StopAsync([.. workers, leading]);
            var run = Proof.Proven(await place.DrainAsync());
            var (before, after) = Figures.Around(run);
            var verdict = after >= Share * before ? "valid" : "failed";
            FaultRow.Scenario(
                output,
                scenario,
                string.Create(CultureInfo.InvariantCulture, $"| {before:F1} | {after:F1} | {after / before:P1} | {verdict} |"));
            Assert.True(after >= Share * before, $"{after:F1} s of work a second after {scenario}; {before:F1} before it.");
        }
        finally
        {
            foreach (var worker in workers)
            {
                await worker.DisposeAsync();
            }
        }
    }

    private static async Task HarmAsync(string scenario, PostgresServer server, Installation place, List<Victim> workers)
    {
        switch (scenario)
        {
            case "postgres_restart":
                await place.HarmAsync(scenario, () =>
                {
                    server.Crash();
                    server.Restart();
                    return Task.CompletedTask;
                });
                break;
            case "pg_backend_kill":
                await place.HarmAsync(scenario, () => EndConnectionsAsync(server));
                break;
            case "pool_exhaustion":
                await place.HarmAsync(scenario, () => Connections.ExhaustAsync(server));
                break;
            default:
                for (var round = 0; round < (scenario == "crash_recovery" ? 1 : Rounds); round++)
                {
                    await place.HarmAsync(scenario, () => ReplaceAsync(place, workers));
                    await workers[^1].ReturnsAsync(20);
                }

                break;
        }
    }

    private static async Task ReplaceAsync(Installation place, List<Victim> workers)
    {
        workers[0].Kill();
        await place.EndAsync(workers[0]);
        workers.RemoveAt(0);
        workers.Add(place.StartWorker());
        await workers[^1].ReadyAsync();
    }

    private static async Task EndConnectionsAsync(PostgresServer server)
    {
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        using var tick = new PeriodicTimer(Pause, TimeProvider.System);
        for (var i = 0; i < 10 * Rounds && await tick.WaitForNextTickAsync(TestContext.Current.CancellationToken); i++)
        {
            try
            {
                await using var end = source.CreateCommand(TerminatedConnectionsTests.EndOne);
                await end.ExecuteScalarAsync(TestContext.Current.CancellationToken);
            }
            catch (NpgsqlException)
            {
                // A server that is busy with all the new connections.
            }
        }
    }
}
