namespace Pawl.Victim.Handlers;

/// <summary>Fails once, or for good.</summary>
[Job("victim.flaky")]
internal sealed record Flaky(bool ForGood);

internal sealed class FlakyHandler(Effects effects) : IJobHandler<Flaky>
{
    public Task HandleAsync(Flaky payload, JobContext job, CancellationToken cancellationToken) => effects.RunAsync(
        job,
        () => payload.ForGood ? throw new JobException(ErrorCategory.InvalidInput, "This one never works.")
            : job.Failures == 0 ? throw new InvalidOperationException("This one works the second time.")
            : Task.CompletedTask);
}
