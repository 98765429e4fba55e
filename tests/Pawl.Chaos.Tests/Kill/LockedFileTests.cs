using Microsoft.Data.Sqlite;
using Pawl.Chaos.Tests.Faults;
using Pawl.Chaos.Tests.Report;

namespace Pawl.Chaos.Tests.Kill;

/// <summary>A database file that somebody else holds.</summary>
[Trait("run", "full")]
public sealed class LockedFileTests(ITestOutputHelper output)
{
    private const int Some = 50;
    private const string Locked = "Another program has locked the database file";
    private static readonly TimeSpan Held = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_file_that_another_program_locks_for_20_seconds_is_waited_for_in_vain_and_then_written_again()
    {
        var row = FaultRow.Begin(output, "F26", "SQLite", "locked by another program for 20 s");
        using var course = new Course(lossCap: 10);
        await using var victim = course.Start("bear", "--slots", "8");
        await victim.ReadyAsync();
        await victim.ReturnsAsync(Some);
        await course.HarmAsync("locked", async () =>
        {
            var since = Clock.Timestamp;
            var place = new SqliteConnectionStringBuilder { DataSource = course.Path, Pooling = false };
            await using var other = new SqliteConnection(place.ToString());
            await other.OpenAsync(TestContext.Current.CancellationToken);
            await using var take = other.CreateCommand();
            take.CommandText = "begin exclusive";
            await take.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            await Load.PassAsync(Held);
            await course.ToldAsync(since, Locked);
            take.CommandText = "rollback";
            await take.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        });
        await victim.ReturnsAsync(Some);
        await EndAsync(row, course, victim);
    }

    private static async Task EndAsync(FaultRow row, Course course, Victim victim)
    {
        victim.Ask();
        var death = await course.EndAsync(victim);
        Assert.True(death.Exit == 0, $"It ended with {death}");
        await course.DrainAsync();
        row.Prove(course.Read());
        row.Count(1);
        row.Passed();
    }
}
