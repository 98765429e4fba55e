using System.Diagnostics;

namespace Pawl.Victim.Handlers;

/// <summary>Kills the process it runs in, as soon as neighbours run beside it.</summary>
[Job("victim.poison")]
internal sealed record Poison(string Way, int Neighbours);

internal sealed class PoisonHandler(Effects effects) : IJobHandler<Poison>
{
    private const int Bite = 1 << 16;
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

            Kill(payload.Way);
            await Task.Delay(Timeout.InfiniteTimeSpan, job.Clock, CancellationToken.None);
        });

    private static void Kill(string way)
    {
        switch (way)
        {
            case "failfast":
                Environment.FailFast("A handler pulled the rug away.");
                break;
            case "exit":
                Environment.Exit(1);
                break;
            case "overflow":
                Dig(0);
                break;
            case "async_void":
                Throw();
                break;
            case "memory":
                Eat();
                break;
            default:
                using (var self = Process.GetCurrentProcess())
                {
                    self.Kill();
                }

                break;
        }
    }

    private static long Dig(long depth) => depth < 0 ? 0 : Dig(depth + 1) + depth;

#pragma warning disable MA0155 // Nobody awaits it, so nobody can catch what it throws: that is what is tried here.
    private static async void Throw()
    {
        await Task.Yield();
        throw new InvalidOperationException("A handler threw where nobody listens.");
    }
#pragma warning restore MA0155

    // What it holds it keeps, and it does not mind that there is no more: it is the others who do.
    private static void Eat()
    {
        var eaten = new List<byte[]>();
        while (true)
        {
            try
            {
                eaten.Add(new byte[Bite]);
            }
            catch (OutOfMemoryException)
            {
                GC.KeepAlive(eaten);
            }
        }
    }
}
