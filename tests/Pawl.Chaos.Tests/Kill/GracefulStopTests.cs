using System.Globalization;
using Pawl.Chaos.Tests.History;

namespace Pawl.Chaos.Tests.Kill;

public sealed class GracefulStopTests
{
    private const int EnoughSaves = 20;

    [Fact]
    public async Task A_stop_in_the_middle_of_work_releases_it_counts_nothing_and_the_next_start_goes_on_from_the_checkpoint()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows knows no SIGTERM.");
        using var course = new Course();
        await using var victim = course.Start("long");
        await victim.ReadyAsync();
        await victim.SaysAsync(line => int.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture) >= EnoughSaves);
        victim.Ask();
        var death = await course.EndAsync(victim);
        Assert.True(death.Exit == 0, $"It ended with {death}");

        var stopped = course.Read();
        Assert.All(stopped.Stored.Jobs, job => Assert.Equal(("queued", 1, 0, 0), (job.State, job.Attempt, job.Failures, job.Losses)));
        Assert.All(stopped.Stored.Attempts, attempt => Assert.Equal("released", attempt.Outcome));
        Assert.All(stopped.Stored.Checkpoints, checkpoint => Assert.True(checkpoint.Value > 0));

        await course.DrainAsync();
        var run = course.Read();
        Proof.Proven(run);
        Assert.All(run.Stored.Jobs, job => Assert.Equal(("succeeded", 2), (job.State, job.Attempt)));
        Assert.All(
            run.Effects.Where(effect => effect is { IsStart: true, Attempt: 2 }),
            start => Assert.Equal(stopped.Stored.Checkpoints[start.Job], start.Count));
    }
}
