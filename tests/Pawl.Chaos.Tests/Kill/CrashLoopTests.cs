using Pawl.Chaos.Tests.History;

namespace Pawl.Chaos.Tests.Kill;

public sealed class CrashLoopTests
{
    private const int LossCap = 3;

    // Three losses count; one more may not, if the job had been taken ahead and was not known to have begun.
    private const int MostDeaths = LossCap + 1;

    [Theory]
    [InlineData("kill")]
    [InlineData("failfast")]
    public async Task A_job_that_kills_its_process_is_stopped_at_the_third_loss_and_its_neighbours_succeed(string way)
    {
        using var course = new Course(LossCap);
        Death death;
        do
        {
            await using var victim = course.Start("poison", "--way", way);
            await victim.IsReadyAsync();
            death = await course.EndAsync(victim);
        }
        while (death.Exit != 0 && course.Lives.Count <= MostDeaths);

        Assert.True(death.Exit == 0, $"It still dies after {course.Lives.Count} lives: {death}");
        var run = course.Read();
        Proof.Proven(run);
        var poison = Assert.Single(run.Stored.Jobs, job => job.Type == "victim.poison");
        Assert.Equal(("failed", "crash_loop"), (poison.State, poison.ErrorCode));
        Assert.Equal(LossCap, run.Stored.Attempts.Count(attempt => attempt.Job == poison.Id && attempt.Outcome == "lost"));

        // They ran beside it and died with it, or this has shown nothing.
        Assert.Contains(run.Stored.Attempts, attempt => attempt.Job != poison.Id && attempt.Outcome == "lost");
        Assert.All(run.Stored.Jobs, job => Assert.True(job.Id == poison.Id || job.State == "succeeded", $"job {job.Id} is {job.State}"));
    }
}
