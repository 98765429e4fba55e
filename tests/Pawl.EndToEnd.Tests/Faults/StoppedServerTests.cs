namespace Pawl.EndToEnd.Tests.Faults;

public sealed class StoppedServerTests(ITestOutputHelper output)
{
    private static int Stops => Load.Full ? 20 : 3;

    [Fact]
    public async Task A_server_stopped_at_once_under_load_loses_no_acknowledged_job_and_repeats_none_without_a_reason()
    {
        using var server = Servers.Start();
        using var place = new Installation(server.ConnectionString, server.ConnectionString);
        await Load.RunAsync(place, output, async worker =>
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
    }
}
