using Pawl.Chaos.Tests.History;
using Pawl.Chaos.Tests.Report;

namespace Pawl.Chaos.Tests.Kill;

/// <summary>What SQLite has not yet put from its log into the file is gone when somebody damages the log; what is left is a moment that
/// once was.</summary>
[Trait("run", "full")]
public sealed class DamagedLogTests(ITestOutputHelper output)
{
    private const int Cut = 1_000;
    private const int Some = 1_500;

    [Theory]
    [InlineData("cut")]
    [InlineData("deleted")]
    public async Task A_file_whose_log_was_damaged_opens_as_it_once_was_and_goes_on(string way)
    {
        var row = FaultRow.Begin(output, $"F27.{way}", "SQLite", $"log {way} after a kill");
        using var course = new Course(lossCap: 10);
        var kept = way == "deleted" ? await FirstLifeAsync(course) : [];
        await using var victim = course.Start("bear", "--slots", "200", "--milliseconds", "1");
        await victim.ReadyAsync();
        await victim.ReturnsAsync(Some);
        victim.Kill();
        await course.EndAsync(victim);
        if (way == "cut")
        {
            await using var log = File.OpenWrite($"{course.Path}-wal");
            log.SetLength(log.Length - Cut);
        }
        else
        {
            File.Delete($"{course.Path}-wal");
        }

        Assert.Equal("ok", course.Integrity());
        await course.DrainAsync();
        var stored = course.Read().Stored;
        Assert.Equal("ok", stored.Integrity);
        Assert.NotEmpty(stored.Jobs);   // it was not taken for new
        Assert.Superset(kept, stored.Jobs.Select(job => job.Tag).ToHashSet());
        Assert.All(stored.Jobs, job => Assert.True(job.Ended, $"{job}"));
        var numbers = stored.Events.Select(happened => happened.Seq).ToList();
        Assert.Equal(Enumerable.Range(0, numbers.Count).Select(n => numbers[0] + n), numbers);
        row.Count(1);
        row.Passed("what the log alone held is gone");
    }

    /// <summary>A life that ends in good order, after which the log holds nothing that the file does not; what it was told is
    /// stored.</summary>
    private static async Task<HashSet<string?>> FirstLifeAsync(Course course)
    {
        await using var victim = course.Start("bear", "--slots", "200", "--milliseconds", "1");
        await victim.ReadyAsync();
        await victim.ReturnsAsync(Some);
        victim.Ask();
        var death = await course.EndAsync(victim);
        Assert.True(death.Exit == 0, $"It ended with {death}");
        return [.. course.Calls().Where(call => call is { What: "ok", Deduplicated: false }).Select(call => call.Tag)];
    }
}
