using Microsoft.Extensions.Logging;

namespace Pawl.Declared;

/// <summary>One attempt of a declared type, as what does its work sees it.</summary>
/// <param name="Job">The attempt.</param>
/// <param name="Payload">As it was sent.</param>
/// <param name="Log">Writes to the log of this attempt alone: what a command says is no matter of the host's own log.</param>
/// <param name="Traceparent">The trace that asked for the job.</param>
/// <param name="Grace">How long it may clean up; only after it was told to stop.</param>
/// <param name="Hide">Names a secret that is shown nowhere, whoever says it.</param>
internal sealed record DeclaredAttempt(
    JobContext Job, ReadOnlyMemory<byte> Payload, ILogger Log, string? Traceparent, Func<TimeSpan> Grace, Action<string> Hide)
{
    /// <summary>What is said of a payload that was stored before its type was declared as it is now.</summary>
    public static JobException Refused(PawlException fault) =>
        new(ErrorCategory.InvalidInput, fault.Message, fault.Code, innerException: fault);
}
