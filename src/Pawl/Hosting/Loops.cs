namespace Pawl.Hosting;

/// <summary>Starts the engine's loops on the pool, away from whoever starts the host. The one place that leaves the caller's
/// scheduler.</summary>
internal sealed class Loops : ILoops
{
    public Task StartAsync(Func<Task> loop)
    {
#pragma warning disable RS0030 // the one place that starts the loops without a context
        return Task.Run(loop);
#pragma warning restore RS0030
    }
}
