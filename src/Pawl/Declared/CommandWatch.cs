using System.Diagnostics;

namespace Pawl.Declared;

/// <summary>Looks after a running command: tells it to stop, and ends it where it does not or takes too much memory.</summary>
internal sealed class CommandWatch(ProcessTree tree, Process process, DeclaredAttempt attempt, long? memoryLimit)
{
    // Steps are the system's time, because they wait for what it does; the grace is the engine's.
    private static readonly TimeSpan MemoryStep = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan StopStep = TimeSpan.FromMilliseconds(50);

    // The engine leaves a handler behind when the grace is over; a moment before, we have the last word and the last lines.
    private static readonly TimeSpan Margin = TimeSpan.FromMilliseconds(500);

    private readonly TimeProvider _clock = attempt.Job.Clock;

    /// <summary>How much memory the tree used when it was killed for that; null when it was not.</summary>
    public long? MemoryUsed { get; private set; }

    /// <summary>Returns when the command has ended, or has to: then the tree is still to be killed.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var exit = process.WaitForExitAsync(CancellationToken.None);
        while (!exit.IsCompleted && !cancellationToken.IsCancellationRequested)
        {
            if (memoryLimit is null)
            {
                await UntilAsync(exit, Timeout.InfiniteTimeSpan, cancellationToken);
            }
            else if (tree.MemoryOver(memoryLimit.Value) is { } used)
            {
                MemoryUsed = used;
                return;
            }
            else
            {
                await UntilAsync(exit, MemoryStep, cancellationToken);
            }
        }

        if (!exit.IsCompleted)
        {
            await StopAsync(exit);
        }
    }

    private async Task StopAsync(Task exit)
    {
        var (grace, since) = (attempt.Grace(), _clock.GetTimestamp());
        var patience = grace - (grace / 10 < Margin ? grace / 10 : Margin);
        if (!tree.Ask())
        {
            return;
        }

        // Children may clean up on after their parent has gone.
        while (_clock.GetElapsedTime(since) < patience && (!exit.IsCompleted || tree.IsAlive))
        {
            await UntilAsync(exit.IsCompleted ? Task.Delay(StopStep, TimeProvider.System) : exit, StopStep, CancellationToken.None);
        }
    }

    private async Task UntilAsync(Task exit, TimeSpan most, CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(exit, Task.Delay(most, TimeProvider.System, end.Token));
        end.Cancel();   // only the delay listens
    }
}
