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
}
