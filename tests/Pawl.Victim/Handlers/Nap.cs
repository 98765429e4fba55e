namespace Pawl.Victim.Handlers;

/// <summary>Asks once to be run later.</summary>
[Job("victim.nap")]
internal sealed record Nap(int Milliseconds);

internal sealed class NapHandler(Effects effects) : IJobHandler<Nap>
{
    public Task HandleAsync(Nap payload, JobContext job, CancellationToken cancellationToken) => effects.RunAsync(
        job,
        () => job.Attempt == 1 ? job.SnoozeAsync(TimeSpan.FromMilliseconds(payload.Milliseconds), "tired") : Task.CompletedTask);
}
