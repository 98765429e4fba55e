using Microsoft.Extensions.Hosting;

namespace Pawl.Cli.Hosting;

/// <summary>Leaves signals to <see cref="Signals"/>: the framework's own lifetime never lets a second one kill.</summary>
internal sealed class NoLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
