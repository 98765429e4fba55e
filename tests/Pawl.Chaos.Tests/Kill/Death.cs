namespace Pawl.Chaos.Tests.Kill;

/// <summary>How and when a process ended.</summary>
/// <param name="Exit">Its exit code; 128 and the signal's number when it was killed.</param>
/// <param name="Errors">What it wrote on its error output.</param>
/// <param name="Mono">When it was certainly dead, on the monotonic clock.</param>
/// <param name="At">The same in microseconds since 1970.</param>
internal sealed record Death(int Exit, string Errors, long Mono, long At)
{
    public override string ToString() => $"exit code {Exit}{Environment.NewLine}{Errors}";
}
