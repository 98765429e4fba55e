namespace Pawl.Hosting;

/// <summary>Starts the engine's loops away from whoever starts the host. The one place that leaves the caller's scheduler.</summary>
internal static class Loops
{
    /// <summary>Starts a loop without the context of its starter.</summary>
    public static Task StartAsync(Func<Task> loop)
    {
#pragma warning disable RS0030 // the one place that starts the loops without a context
        return Task.Run(loop);
#pragma warning restore RS0030
    }
}
