using Pawl.Chaos.Tests.Kill;
using Pawl.Chaos.Tests.Report;

namespace Pawl.Chaos.Tests.Faults;

public sealed class KilledWorkersTests(ITestOutputHelper output)
{
    private const int Fewest = 30;
    private const int Most = 120;

    private static int Kills => Load.Full ? 100 : 20;

    [Fact]
    public async Task Workers_killed_one_after_the_other_lose_no_acknowledged_job_and_repeat_none_without_a_reason()
    {
        var row = FaultRow.Begin(output, "F1", "PostgreSQL", "kill -9 of a worker");
        using var server = Servers.Start();
        using var place = new Installation(server.ConnectionString, server.ConnectionString);
        await using var leading = place.Start("lead");   // it came first, so it leads; the death of leaders is another test
        await leading.ReadyAsync();
        await using var asking = place.Start("ask");
        var workers = new List<Victim> { place.StartWorker(), place.StartWorker() };
        var chance = new Random(1);
        try
        {
            await Task.WhenAll(asking.ReadyAsync(), workers[0].ReadyAsync(), workers[1].ReadyAsync());
            for (var kill = 1; kill <= Kills; kill++)
            {
                // After a second or so of its work, by what it has done: slow machines kill as much of it.
                await workers[0].ReturnsAsync(chance.Next(Fewest, Most));
                workers[0].Kill();
                await place.EndAsync(workers[0]);
                workers.RemoveAt(0);
                workers.Add(place.StartWorker());
                await workers[^1].ReadyAsync();
                row.Count(kill);
            }

            await place.StopAsync(asking);
            await place.StopAsync([.. workers, leading]);
            var run = row.Prove(await place.DrainAsync());
            output.WriteLine(Figures.Of(run));
            Assert.Contains(run.Stored.Attempts, attempt => attempt.Outcome == "lost");
            row.Passed();
        }
        finally
        {
            foreach (var worker in workers)
            {
                await worker.DisposeAsync();
            }
        }
    }
}
