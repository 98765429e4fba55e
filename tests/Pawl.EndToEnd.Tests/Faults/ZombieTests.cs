using Pawl.EndToEnd.Tests.History;
using Pawl.EndToEnd.Tests.Kill;

namespace Pawl.EndToEnd.Tests.Faults;

public sealed class ZombieTests(ITestOutputHelper output)
{
    private static int Times => Load.Full ? 5 : 1;

    [Fact]
    public async Task A_process_that_was_frozen_past_its_lease_finds_its_work_taken_and_its_ends_refused()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows knows no SIGSTOP.");
        using var server = Servers.Start();
        using var place = new Installation(server.ConnectionString, server.ConnectionString);
        await using var other = place.StartWorker();
        await other.ReadyAsync();
        await using var zombie = place.StartWorker();
        await zombie.ReadyAsync();
        for (var time = 0; time < Times; time++)
        {
            await using var asking = place.Start("ask", "--jobs", "120", "--milliseconds", "300");
            await asking.ReadyAsync();
            await zombie.ReturnsAsync(10);
            await place.HarmAsync("frozen", async () =>
            {
                Unix.Freeze(zombie.Pid);
                try
                {
                    await place.EndAsync(asking);
                    await place.DrainAsync();   // whatever it held was run by others
                }
                finally
                {
                    Unix.Thaw(zombie.Pid);
                }
            });
        }

        await place.StopAsync(zombie, other);
        var run = Checker.Proven(await place.ReadAsync());
        output.WriteLine(Figures.Of(run));

        var pid = run.Lives.Single(life => life.Number == 2).Pid;
        var lost = run.Stored.Attempts.Where(attempt => attempt.Pid == pid && attempt.IsTaken)
            .Select(attempt => (attempt.Job, attempt.Attempt)).ToHashSet();
        Assert.NotEmpty(lost);

        // It came to an end with some of them after others had done them: both runs happened, and one counts.
        var again = run.Effects.Where(effect => effect.What == "returned" && !lost.Contains((effect.Job, effect.Attempt)))
            .GroupBy(effect => effect.Job).ToDictionary(job => job.Key, job => job.Min(effect => effect.Mono));
        Assert.Contains(
            run.Effects,
            effect => effect.IsEnd && lost.Contains((effect.Job, effect.Attempt)) && effect.Mono > again[effect.Job]);
        Assert.Contains(run.Stored.Events, happened => happened.Kind == "stale_write" && lost.Contains((happened.Job, happened.Attempt)));
    }
}
