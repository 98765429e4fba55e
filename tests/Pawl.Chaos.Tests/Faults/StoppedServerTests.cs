using Pawl.Chaos.Tests.Report;

namespace Pawl.Chaos.Tests.Faults;

public sealed class StoppedServerTests(ITestOutputHelper output)
{
    private static int Stops => Load.Full ? 20 : 5;

    [Fact]
    public async Task A_server_stopped_at_once_under_load_loses_no_acknowledged_job_and_repeats_none_without_a_reason()
    {
        var row = FaultRow.Begin(output, "F7", "PostgreSQL", "PostgreSQL stopped at once");
        using var server = Servers.Start();
        using var place = new Installation(server.ConnectionString, server.ConnectionString);
        await Load.RunAsync(place, output, row, async worker =>
        {
            for (var stop = 1; stop <= Stops; stop++)
            {
                await place.HarmAsync($"stop {stop}", () =>
                {
                    server.Crash();
                    server.Restart();
                    return Task.CompletedTask;
                });
                await worker.ReturnsAsync(Load.Between);
            }
        });
        row.Count(Stops);
        row.Passed();
    }
}
