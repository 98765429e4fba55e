using System.Diagnostics;

namespace Pawl.Victim.Handlers;

/// <summary>Kills the process it runs in, as soon as neighbours run beside it.</summary>
[Job("victim.poison")]
internal sealed record Poison(string Way, int Neighbours);

internal sealed class PoisonHandler(Effects effects) : IJobHandler<Poison>
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public Task HandleAsync(Poison payload, JobContext job, CancellationToken cancellationToken) => effects.RunAsync(
        job,
        async () =>
        {
            var since = job.Clock.GetTimestamp();
            while (effects.Running <= payload.Neighbours && job.Clock.GetElapsedTime(since) < Patience)
            {
                await Task.Delay(Look, job.Clock, cancellationToken);
            }

            if (payload.Way == "failfast")
            {
                Environment.FailFast("A handler pulled the rug away.");
            }

            using var self = Process.GetCurrentProcess();
            self.Kill();
            await Task.Delay(Timeout.InfiniteTimeSpan, job.Clock, CancellationToken.None);
        });
}
