using Pawl.Chaos.Tests.History;
using Pawl.Chaos.Tests.Report;

namespace Pawl.Chaos.Tests.Kill;

public sealed class CrashLoopTests(ITestOutputHelper output)
{
    private const int LossCap = 3;
    private const int Megabytes = 200;

    // Three losses count; one more may not, if the job had been taken ahead and was not known to have begun.
    private const int MostDeaths = LossCap + 1;

    [Theory]
    [InlineData("kill")]
    [InlineData("failfast")]
    public async Task A_job_that_kills_its_process_is_stopped_at_the_third_loss_and_its_neighbours_succeed(string way)
    {
        var row = FaultRow.Begin(output, $"F33.{way}", "SQLite", $"handler that ends its process: {way}");
        var lives = await PoisonAsync(row, way, Surroundings.None);
        row.Count(lives);
        row.Passed();
    }

    [Theory]
    [Trait("run", "full")]
    [InlineData("exit")]
    [InlineData("overflow")]
    [InlineData("async_void")]
    public Task Other_ways_to_end_a_process_are_stopped_too(string way) =>
        A_job_that_kills_its_process_is_stopped_at_the_third_loss_and_its_neighbours_succeed(way);

    [Fact]
    [Trait("run", "full")]
    public async Task A_job_that_eats_all_memory_ends_its_process_three_times_and_no_more()
    {
        var row = FaultRow.Begin(output, "F31", "SQLite", $"handler that eats memory, {Megabytes} MB there");
        row.Count(await PoisonAsync(row, "memory", Surroundings.WithHeap(Megabytes)));
        row.Passed();
    }

    private static async Task<int> PoisonAsync(FaultRow row, string way, Surroundings around)
    {
        using var course = new Course(LossCap);
        Death death;
        do
        {
            await using var victim = course.StartUnder(around, "poison", "--way", way);
            await victim.IsReadyAsync();
            death = await course.EndAsync(victim);
        }
        while (death.Exit != 0 && course.Lives.Count <= MostDeaths);

        Assert.True(death.Exit == 0, $"It still dies after {course.Lives.Count} lives: {death}");
        var run = row.Prove(course.Read());
        var poison = Assert.Single(run.Stored.Jobs, job => job.Type == "victim.poison");
        Assert.Equal(("failed", "crash_loop"), (poison.State, poison.ErrorCode));
        Assert.Equal(LossCap, run.Stored.Attempts.Count(attempt => attempt.Job == poison.Id && attempt.Outcome == "lost"));

        // They ran beside it and died with it, or this has shown nothing.
        Assert.Contains(run.Stored.Attempts, attempt => attempt.Job != poison.Id && attempt.Outcome == "lost");
        Assert.All(run.Stored.Jobs, job => Assert.True(job.Id == poison.Id || job.State == "succeeded", $"job {job.Id} is {job.State}"));
        return course.Lives.Count(life => life.Killed);
    }
}
