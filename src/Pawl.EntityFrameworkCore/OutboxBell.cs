using System.Runtime.CompilerServices;

namespace Pawl.EntityFrameworkCore;

/// <summary>Tells the forwarders of a process that a context has saved.</summary>
internal sealed class OutboxBell
{
    private static readonly ConditionalWeakTable<IJobs, OutboxBell> Bells = [];

    private readonly Lock _gate = new();
    private TaskCompletionSource _next = Fresh();

    public static OutboxBell Of(IJobs jobs) => Bells.GetOrCreateValue(jobs);

    /// <summary>Ends at the next ring. To be asked before the look that it is to follow.</summary>
    public Task Next
    {
        get
        {
            lock (_gate)
            {
                return _next.Task;
            }
        }
    }

    public void Ring()
    {
        lock (_gate)
        {
            _next.SetResult();
            _next = Fresh();
        }
    }

    private static TaskCompletionSource Fresh() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
