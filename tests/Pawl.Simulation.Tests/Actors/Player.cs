using Pawl.Simulation.Tests.Runs;
using Pawl.Simulation.Tests.Worlds;

namespace Pawl.Simulation.Tests.Actors;

/// <summary>The handler: what an attempt does follows from the run, the request and the number of the attempt.</summary>
internal sealed class Player(World world, Life life) : IJobHandler<Work>, IJobHandler<Bulk>
{
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

    public Task HandleAsync(Work payload, JobContext job, CancellationToken cancellationToken) =>
        PlayAsync(payload.Op, job, cancellationToken);

    public Task HandleAsync(Bulk payload, JobContext job, CancellationToken cancellationToken) =>
        PlayAsync(payload.Op, job, cancellationToken);

    private async Task PlayAsync(int op, JobContext job, CancellationToken cancellationToken)
    {
        world.Referee.Enters(life, job.Id, job.Attempt);
        try
        {
            var dice = Dice.For(world.Plan.Run, $"attempt:{op}:{job.Id}:{job.Attempt}");
            if (!world.IsHealed && Dice.For(world.Plan.Run, $"poison:{op}").Happens(world.Plan.Poison))
            {
                await Task.Delay(dice.Seconds(0, 2), life.Clock, cancellationToken);
                world.Crash(life);
                await new TaskCompletionSource().Task;
            }

            if (world.IsHealed || !dice.Happens(world.Plan.Trouble))
            {
                await DoWellAsync(dice, job, cancellationToken);
            }
            else
            {
                await FailAsync(dice, job, cancellationToken);
            }
        }
        finally
        {
            world.Referee.Leaves(job.Id, job.Attempt);
        }
    }

    private async Task DoWellAsync(Dice dice, JobContext job, CancellationToken cancellationToken)
    {
        switch (world.IsHealed ? 0 : dice.Below(6))
        {
            case 0:
                await Task.Delay(dice.Seconds(0, 1), life.Clock, cancellationToken);
                break;
            case 1:
                await Task.Delay(dice.Seconds(1, 15), life.Clock, cancellationToken);
                job.Result(job.Attempt);
                break;
            case 2:
                job.Progress(1, 2, "half");
                await Task.Delay(dice.Seconds(0, 3), life.Clock, cancellationToken);
                job.Progress(2);
                break;
            case 3:
                await SpawnAsync(dice, job, cancellationToken);
                break;
            default:
                await StepAsync(dice, job, breaks: false, cancellationToken);
                break;
        }
    }

    private async Task FailAsync(Dice dice, JobContext job, CancellationToken cancellationToken)
    {
        await Task.Delay(dice.Seconds(0, 3), life.Clock, cancellationToken);
        switch (dice.Below(9))
        {
            case 0:
                throw new JobException(ErrorCategory.InvalidInput, "It will never work.");
            case 1:
                throw new JobException(ErrorCategory.RateLimited, "Too fast.", retryAfter: dice.Seconds(1, 20));
            case 2:
                await job.SnoozeAsync(dice.Seconds(1, 30), "not now");
                break;
            case 3:
                await Task.Delay(Timeout * 3, life.Clock, cancellationToken);
                break;
            case 4:
                await Task.Delay(dice.Seconds(5, 60), life.Clock, CancellationToken.None);   // deaf
                break;
            case 5:
                await SpawnAsync(dice, job, cancellationToken);
                throw new JobException(ErrorCategory.ProviderError, "Broke after its children.");
            case 6:
                await StepAsync(dice, job, breaks: true, cancellationToken);
                break;
            default:
                throw new JobException(ErrorCategory.Network, "The line is dead.");
        }
    }

    private async Task StepAsync(Dice dice, JobContext job, bool breaks, CancellationToken cancellationToken)
    {
        const int Steps = 5;
        var from = job.Checkpoint<Cursor>()?.Step ?? 0;
        var breaksAt = breaks ? dice.Below(Steps) : Steps;
        for (var step = from; step < Steps; step++)
        {
            await Task.Delay(dice.Seconds(0, 3), life.Clock, cancellationToken);
            job.Progress(step + 1, Steps);
            await job.SaveAsync(new Cursor(step + 1), cancellationToken: cancellationToken);
            if (step >= breaksAt)
            {
                throw new JobException(ErrorCategory.ProviderError, $"Broke at step {step}.");
            }
        }
    }

    private static async Task SpawnAsync(Dice dice, JobContext job, CancellationToken cancellationToken)
    {
        if (job.ParentId is not null)
        {
            return;   // one level is enough
        }

        var count = 1 + dice.Below(3);
        for (var n = 0; n < count; n++)
        {
            await job.SpawnAsync(
                new Bulk((int)job.Id.Value),
                new() { Tags = new Dictionary<string, string> { ["child"] = $"{job.Attempt}:{n}" } },
                cancellationToken);
        }
    }
}
