namespace Pawl.Victim.Handlers;

/// <summary>Takes its time and succeeds.</summary>
[Job("victim.plain")]
internal sealed record Plain(int Milliseconds);

internal sealed class PlainHandler(Effects effects) : IJobHandler<Plain>
{
    public Task HandleAsync(Plain payload, JobContext job, CancellationToken cancellationToken) => effects.RunAsync(
        job,
        () => payload.Milliseconds == 0
            ? Task.CompletedTask
            : Task.Delay(TimeSpan.FromMilliseconds(payload.Milliseconds), job.Clock, cancellationToken));
}
