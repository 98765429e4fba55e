namespace Pawl.Victim.Handlers;

/// <summary>Counts up, with a checkpoint for each step, and goes on from the one it is given.</summary>
[Job("victim.steps")]
internal sealed record Steps(int Count, int Milliseconds);

internal sealed record StepsDone(int Count);

internal sealed class StepsHandler(Effects effects) : IJobHandler<Steps>
{
    public Task HandleAsync(Steps payload, JobContext job, CancellationToken cancellationToken)
    {
        var given = job.Checkpoint<StepsDone>()?.Count ?? 0;
        return effects.RunAsync(
            job,
            async () =>
            {
                for (var step = given + 1; step <= payload.Count; step++)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(payload.Milliseconds), job.Clock, cancellationToken);
                    await effects.SaveAsync(job, new(step), cancellationToken);
                }
            },
            given);
    }
}
