namespace Pawl.Hosting;

/// <summary>Starts the engine's loops. A test harness and the simulator run them on a scheduler of their own.</summary>
internal interface ILoops
{
    /// <summary>Starts a loop without the context of its starter; it ends when the loop does.</summary>
    Task StartAsync(Func<Task> loop);
}
