using Pawl.Chaos.Tests.Faults;
using Pawl.Chaos.Tests.Report;

namespace Pawl.Chaos.Tests.Kill;

public sealed class DiskFullTests(ITestOutputHelper output)
{
    private const int Megabytes = 64;
    private const int Times = 3;
    private const int Some = 50;
    private const string Full = "The disk is full";
    private static readonly TimeSpan Back = Load.Within(TimeSpan.FromSeconds(10));

    [Fact]
    public async Task A_full_disk_is_told_to_the_callers_loses_nothing_and_needs_no_restart_when_there_is_room_again()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "It mounts a file system in memory.");
        var row = FaultRow.Begin(output, "F22", "SQLite", "disk full, filled and freed");
        using var disk = new SmallDisk(Megabytes);
        using var course = new Course(lossCap: 10, database: disk["jobs.db"]);
        await using var victim = course.Start("bear", "--slots", "8");
        await victim.ReadyAsync();
        var freed = new List<long>();
        for (var time = 1; time <= Times; time++)
        {
            await victim.ReturnsAsync(Some);
            await course.HarmAsync("disk full", async () =>
            {
                var since = Clock.Timestamp;
                disk.Fill();
                try
                {
                    await course.ToldAsync(since, Full);
                }
                finally
                {
                    disk.Free();
                }
            });
            freed.Add(Clock.Timestamp);
            await victim.ReturnsAsync(Some);
            row.Count(time);
        }

        victim.Ask();
        var death = await course.EndAsync(victim);
        Assert.True(death.Exit == 0, $"It ended with {death}");
        await course.DrainAsync();
        var run = row.Prove(course.Read());
        foreach (var since in freed)
        {
            var first = run.Calls.First(call => call.What == "ok" && !call.Deduplicated && call.Mono > since);
            var took = TimeProvider.System.GetElapsedTime(since, first.Mono);
            Assert.True(took <= Back, $"The first job after there was room again came after {took}.");
        }

        row.Passed();
    }
}
