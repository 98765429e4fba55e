using Pawl.Chaos.Tests.Faults;
using Pawl.Chaos.Tests.Report;

namespace Pawl.Chaos.Tests.Kill;

public sealed class DiskCallTests(ITestOutputHelper output)
{
    // No job ends by its losses: each life loses what it ran.
    private const int LossCap = 100;
    private const int Most = 2_000;

    private static int Step => Load.Full ? 1 : 9;

    [Theory]
    [InlineData("pwrite64")]
    [InlineData("fsync,fdatasync")]
    [InlineData("ftruncate")]
    public async Task A_crash_at_any_disk_call_leaves_a_file_that_opens_with_all_that_was_acknowledged(string call)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "strace is of Linux.");
        var row = FaultRow.Begin(output, $"F3.{call.Split(',')[^1]}", "SQLite", $"kill -9 at the Nth {call}, every {Step}");
        using var course = new Course(LossCap);
        for (var when = 1; when < Most; when += Step)
        {
            await using var victim = course.StartUnder(Surroundings.KilledAt(call, when), "few");
            await victim.IsReadyAsync();
            var death = await course.EndAsync(victim);
            Assert.Equal("ok", course.Integrity());
            if (death.Exit == 0)
            {
                // It never comes to so many of these calls.
                await course.DrainAsync();
                var run = row.Prove(course.Read());
                Assert.True(course.Lives.Any(life => life.Killed) || call == "ftruncate", $"{call} never killed it.");
                row.Count(Math.Max(1, course.Lives.Count(life => life.Killed)));
                output.WriteLine(Figures.Of(run));
                row.Passed($"clean from the call {when} on");
                return;
            }

            Assert.True(death.Exit == 137, $"It ended with {death}");
        }

        Assert.Fail($"It still died at its call {Most}.");
    }
}
