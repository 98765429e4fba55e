namespace Pawl.Victim.Handlers;

/// <summary>Runs past its time once; and if it is deaf, past its time of grace too, so that it is left behind.</summary>
[Job("victim.late", Timeout = "30ms", Grace = "20ms")]
internal sealed record Late(bool Deaf);

internal sealed class LateHandler(Effects effects) : IJobHandler<Late>
{
    private static readonly TimeSpan PastGrace = TimeSpan.FromMilliseconds(120);

    public Task HandleAsync(Late payload, JobContext job, CancellationToken cancellationToken) => effects.RunAsync(
        job,
        () => job.Failures > 0 ? Task.CompletedTask
            : payload.Deaf ? Task.Delay(PastGrace, job.Clock, CancellationToken.None)
            : Task.Delay(Timeout.InfiniteTimeSpan, job.Clock, cancellationToken));
}
