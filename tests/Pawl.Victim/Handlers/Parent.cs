namespace Pawl.Victim.Handlers;

/// <summary>Creates children, each under a key, so that a repeated attempt meets those of the one before.</summary>
[Job("victim.parent")]
internal sealed record Parent(int Children);

internal sealed class ParentHandler(Effects effects) : IJobHandler<Parent>
{
    public Task HandleAsync(Parent payload, JobContext job, CancellationToken cancellationToken) => effects.RunAsync(
        job,
        async () =>
        {
            for (var i = 0; i < payload.Children; i++)
            {
                var child = await job.SpawnAsync(new Plain(i), new() { UniqueKey = $"child-{job.Id}-{i}" }, cancellationToken);
                effects.Spawned(job, child.Id);
            }
        });
}
