using Pawl.Chaos.Tests.Report;

namespace Pawl.Chaos.Tests.Faults;

public sealed class KilledBouncerTests(ITestOutputHelper output)
{
    private static int Kills => Load.Full ? 10 : 3;

    [Fact]
    public async Task A_PgBouncer_in_transaction_mode_killed_under_load_loses_no_acknowledged_job_and_repeats_none_without_a_reason()
    {
        var row = FaultRow.Begin(output, "F15", "PostgreSQL", "kill -9 of PgBouncer in transaction mode");
        using var server = Servers.Start();
        using var bouncer = Servers.StartBouncer(server);
        var through = server.ConnectionString.Replace($"Port={server.Port}", $"Port={bouncer.Port}", StringComparison.Ordinal);
        using var place = new Installation(through, server.ConnectionString);
        await Load.RunAsync(place, output, row, async worker =>
        {
            for (var kill = 1; kill <= Kills; kill++)
            {
                await place.HarmAsync($"kill {kill}", () =>
                {
                    bouncer.Kill();
                    bouncer.Restart();
                    return Task.CompletedTask;
                });
                await worker.ReturnsAsync(Load.Between);
            }
        });
        row.Count(Kills);
        row.Passed();
    }
}
