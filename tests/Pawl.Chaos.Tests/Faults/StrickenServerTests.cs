using Pawl.Chaos.Tests.Report;

namespace Pawl.Chaos.Tests.Faults;

/// <summary>A PostgreSQL server that hangs or has no connection left.</summary>
[Trait("run", "full")]
public sealed class StrickenServerTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_server_that_hangs_and_wakes_again_loses_nothing()
    {
        var row = FaultRow.Begin(output, "F6", "PostgreSQL", "PostgreSQL hangs for 30 s");
        using var server = Servers.Start();
        using var place = new Installation(server.ConnectionString, server.ConnectionString);
        await Load.RunAsync(place, output, row, async worker =>
        {
            await place.HarmAsync("hang", async () =>
            {
                server.Hang();
                try
                {
                    await Load.PassAsync(Hang);
                }
                finally
                {
                    server.Wake();
                }
            });
            await worker.ReturnsAsync(Load.Between);
        }, rate: false);
        row.Count(1);
        row.Passed();
    }

    [Fact]
    public async Task A_server_without_a_connection_left_is_waited_for()
    {
        var row = FaultRow.Begin(output, "F9", "PostgreSQL", "all connections taken by others for 10 s");
        using var server = Servers.Start();
        using var place = new Installation(server.ConnectionString, server.ConnectionString);
        var run = await Load.RunAsync(place, output, row, async worker =>
        {
            await place.HarmAsync("no connection left", () => Connections.ExhaustAsync(server));
            await worker.ReturnsAsync(Load.Between);
        }, rate: false);
        Assert.Contains(run.Calls, call => call.What == "fail");
        row.Count(1);
        row.Passed();
    }
}
