using Pawl.Chaos.Tests.History;
using Pawl.Chaos.Tests.Kill;
using Pawl.Chaos.Tests.Report;

namespace Pawl.Chaos.Tests.Faults;

public sealed class ZombieTests(ITestOutputHelper output)
{
    // Several at once: what takes the time is that their leases must run out.
    private const int Zombies = 5;
    private const int Jobs = 300;
    private static readonly int Times = Load.Full ? 4 : 2;

    [Fact]
    public async Task Processes_that_were_frozen_past_their_leases_find_their_work_taken_and_their_ends_refused()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows knows no SIGSTOP.");
        var row = FaultRow.Begin(output, "F4", "PostgreSQL", "SIGSTOP of a worker past its lease, SIGCONT");
        using var server = Servers.Start();
        using var place = new Installation(server.ConnectionString, server.ConnectionString);
        await using var other = place.StartWorker();
        await other.ReadyAsync();
        var zombies = Enumerable.Range(0, Zombies).Select(_ => place.StartWorker()).ToArray();
        try
        {
            foreach (var zombie in zombies)
            {
                await zombie.ReadyAsync();
            }

            for (var time = 1; time <= Times; time++)
            {
                await FreezeAsync(place, other, zombies);
                row.Count(time * Zombies);
            }

            await place.StopAsync([other, .. zombies]);
            Late(row.Prove(await place.ReadAsync()), [.. zombies.Select(zombie => zombie.Pid)]);
            row.Passed();
        }
        finally
        {
            foreach (var zombie in zombies)
            {
                await zombie.DisposeAsync();
            }
        }
    }

    private static async Task FreezeAsync(Installation place, Victim other, Victim[] zombies)
    {
        await using var asking = place.Start("ask", "--jobs", $"{Jobs}", "--milliseconds", "300");
        await asking.ReadyAsync();
        await other.ReturnsAsync(10);   // then they have work too: there is enough for all
        await place.HarmAsync("frozen", async () =>
        {
            Array.ForEach(zombies, zombie => Unix.Freeze(zombie.Pid));
            try
            {
                await place.EndAsync(asking);
                await place.DrainAsync();   // whatever they held was run by others
            }
            finally
            {
                Array.ForEach(zombies, zombie => Unix.Thaw(zombie.Pid));
            }
        });
    }

    private void Late(Run run, HashSet<int> pids)
    {
        output.WriteLine(Figures.Of(run));
        var lost = run.Stored.Attempts.Where(attempt => pids.Contains(attempt.Pid) && attempt.IsTaken)
            .Select(attempt => (attempt.Job, attempt.Attempt)).ToHashSet();
        Assert.NotEmpty(lost);

        // They came to an end with some of them after others had done them: both runs happened, and one counts. Of those that fail
        // whoever runs them nobody came to an end.
        var again = run.Effects.Where(effect => effect.What == "returned" && !lost.Contains((effect.Job, effect.Attempt)))
            .GroupBy(effect => effect.Job).ToDictionary(job => job.Key, job => job.Min(effect => effect.Mono));
        Assert.Contains(
            run.Effects,
            effect => effect.IsEnd && lost.Contains((effect.Job, effect.Attempt)) && again.TryGetValue(effect.Job, out var before)
                && effect.Mono > before);
        Assert.Contains(run.Stored.Events, happened => happened.Kind == "stale_write" && lost.Contains((happened.Job, happened.Attempt)));
    }
}
