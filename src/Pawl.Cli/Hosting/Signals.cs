using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;

namespace Pawl.Cli.Hosting;

/// <summary>The first signal lets a server drain, the second one kills it.</summary>
internal sealed class Signals : IDisposable
{
    private readonly List<PosixSignalRegistration> _all = [];
    private int _count;

    private Signals()
    {
    }

    /// <summary>Whether a person pressed Ctrl-C, as opposed to a service manager that asked.</summary>
    public bool Interrupted { get; private set; }

    public static Signals On(IHostApplicationLifetime lifetime)
    {
        var signals = new Signals();
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGQUIT])
        {
            signals._all.Add(PosixSignalRegistration.Create(signal, context => signals.Heard(context, lifetime)));
        }

        return signals;
    }

    public void Dispose() => _all.ForEach(registration => registration.Dispose());

    private void Heard(PosixSignalContext context, IHostApplicationLifetime lifetime)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref _count) == 1)
        {
            Interrupted = context.Signal == PosixSignal.SIGINT;
            lifetime.StopApplication();
            return;
        }

        // Whoever asks twice does not want to wait. Leases end by themselves; nothing is lost.
        Native.ExitAtOnce(context.Signal == PosixSignal.SIGINT ? ExitCode.Interrupted : ExitCode.Terminated);
    }
}
