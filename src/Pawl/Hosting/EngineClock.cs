using Microsoft.Extensions.DependencyInjection;
using Pawl.Storage;

namespace Pawl.Hosting;

/// <summary>What the engine goes by.</summary>
internal static class EngineClock
{
    /// <summary>The store's clock; but one that the program gave itself, as a test does, holds as it is.</summary>
    public static TimeProvider Of(IServiceProvider all, IJobStore store) =>
        all.GetRequiredService<TimeProvider>() is var given && given != TimeProvider.System ? given : store.Clock;
}
