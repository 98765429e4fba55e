using Microsoft.Extensions.Logging;
using Pawl.Errors;
using Pawl.Storage;

namespace Pawl.Running;

/// <summary>What the contexts of all attempts share.</summary>
internal sealed record AttemptTools(
    IJobStore Store,
    NewJobs Jobs,
    Saves Saves,
    Classifier Classifier,
    PawlOptions Options,
    TimeProvider Clock,
    ILoggerFactory? Loggers)
{
    /// <summary>Called when the store says that an attempt's lease is gone.</summary>
    public Action<Attempt> LeaseLost { get; set; } = static _ => { };

    /// <summary>Called for each child that was created.</summary>
    public Action<NewJob> Spawned { get; init; } = static _ => { };

    /// <summary>Called for each write that was refused because the lease was lost.</summary>
    public Action Stale { get; init; } = static () => { };
}
