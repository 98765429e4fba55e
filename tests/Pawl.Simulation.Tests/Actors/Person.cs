using Pawl.Simulation.Tests.Runs;
using Pawl.Simulation.Tests.Worlds;

namespace Pawl.Simulation.Tests.Actors;

/// <summary>Somebody who cancels, retries, pauses and moves things about, and puts all in order at the end.</summary>
internal sealed class Person(World world, Life life, IJobs jobs, Dice dice)
{
    private static readonly string[] Queues = ["main", "bulk"];

    public async Task RunAsync()
    {
        while (!world.IsHealed)
        {
            await Task.Delay(world.Plan.PersonPause * 2 * dice.Share(), life.Clock);
            if (!world.IsHealed)
            {
                await world.DoAsync(TryAsync);
            }
        }
    }

    /// <summary>Takes away what keeps jobs from running that only a person can take away.</summary>
    public async Task TidyUpAsync()
    {
        foreach (var queue in Queues)
        {
            await jobs.ResumeQueueAsync(queue, "ann");
        }

        var soon = life.Clock.GetUtcNow() + (world.Plan.Waits ? TimeSpan.FromMinutes(3) : TimeSpan.FromSeconds(20));
        foreach (var job in world.Referee.Jobs.Where(job => job.State is JobState.Blocked or JobState.Scheduled).ToList())
        {
            if (job.State == JobState.Blocked)
            {
                await jobs.ApproveAsync(job.Id, "ann");
            }
            else if ((await jobs.GetAsync(job.Id)).RunAt > soon)
            {
                await jobs.RescheduleAsync(job.Id, soon, "ann");   // far ahead where a clock was wrong
            }
        }
    }

    private async Task TryAsync()
    {
        try
        {
            await CommandAsync();
        }
        catch (Exception)
        {
            // People try again or forget it.
        }
    }

    private async Task CommandAsync()
    {
        if (world.AnyJob(dice) is not { } id)
        {
            return;
        }

        switch (dice.Below(9))
        {
            case <= 2:
                await jobs.CancelAsync(id, new() { By = "ann", Reason = "no need" });
                break;
            case <= 4:
                await jobs.RetryAsync(id, new() { By = "ann", FromStart = dice.Happens(0.2), Force = dice.Happens(0.5) });
                break;
            case 5:
                await jobs.ReprioritiseAsync(id, dice.Pick(-20, 0, 60), "ann");
                break;
            case 6:
                var at = life.Clock.GetUtcNow() + dice.Seconds(0, 20);
                await jobs.RescheduleAsync(id, at, "ann");
                break;
            case 7:
                var queue = dice.Pick<string>(Queues);
                await jobs.PauseQueueAsync(queue, "ann", "a look");
                await Task.Delay(dice.Seconds(1, 20), life.Clock);
                await jobs.ResumeQueueAsync(queue, "ann");
                break;
            default:
                await jobs.ApproveAsync(id, "ann");
                break;
        }
    }
}
