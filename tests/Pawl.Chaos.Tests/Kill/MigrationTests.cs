using Pawl.Chaos.Tests.Faults;
using Pawl.Chaos.Tests.History;
using Pawl.Chaos.Tests.Report;
using Pawl.Chaos.Tests.Serve;

namespace Pawl.Chaos.Tests.Kill;

public sealed class MigrationTests(ITestOutputHelper output)
{
    private const int Most = 5_000;
    private const int Killed = 137;

    private static int Step => Load.Full ? 3 : 60;

    [Fact]
    public async Task A_migration_of_a_file_killed_at_any_of_its_writes_is_completed_by_the_next()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "strace is of Linux.");
        var row = FaultRow.Begin(output, "F29", "SQLite", $"migration killed at every {Step}th write");
        for (var (when, kills) = (1, 0); when < Most; when += Step)
        {
            using var folder = new TempFolder();
            var store = $"sqlite:{folder["jobs.db"]}";
            var first = await Tool.MigrateAsync(folder, Surroundings.KilledAt("pwrite64", when), store);
            if (first.Exit == 0)
            {
                row.Count(kills);
                row.Passed($"clean from the write {when} on");
                return;
            }

            Assert.True(first.Exit == Killed, $"It ended with {first}");
            kills++;
            var second = await Tool.MigrateAsync(folder, Surroundings.None, store);
            Assert.True(second.Exit == 0, $"After a kill at write {when} the next migration ended with {second}");
            using var database = new Database(folder["jobs.db"]);
            Assert.Equal("ok", database.Integrity());
            Assert.Empty(database.Read().Jobs);
        }

        Assert.Fail($"It still died at its write {Most}.");
    }
}
