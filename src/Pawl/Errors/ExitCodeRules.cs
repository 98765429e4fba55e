using System.Globalization;
using System.Text.Json.Nodes;

namespace Pawl.Errors;

/// <summary>What the exit code of a command means; 128 + n is death by signal n.</summary>
internal static class ExitCodeRules
{
    private const int Kept = 16_384;

    /// <summary>Null if the exception says nothing of a command.</summary>
    public static ErrorVerdict? Match(Exception exception, StopCause stop)
    {
        if (exception is not CommandFailedException command)
        {
            return null;
        }

        var verdict = ReportedError.FromLine(command.LastOutputLine, stop) is { } reported
            ? reported with { ExitCode = reported.ExitCode ?? command.ExitCode }
            : Verdict(command.ExitCode, stop) ?? Named(command.ExitCode, ErrorCategory.Internal);
        var said = command.StandardError;
        return string.IsNullOrWhiteSpace(said) || verdict.Detail is not null
            ? verdict
            : verdict with { Detail = new JsonObject { ["standard_error"] = said.Length > Kept ? said[^Kept..] : said } };
    }

    /// <summary>The death of a command that we stopped ourselves; null for any other end.</summary>
    public static ErrorVerdict? Stopped(Exception exception, StopCause stop) =>
        exception is CommandFailedException { ExitCode: 130 or 137 or 143 } command
        && ReportedError.FromLine(command.LastOutputLine, stop) is null
            ? Stopped(command.ExitCode, stop)
            : null;

    /// <summary>What an exit code means; null for 0, which is a success.</summary>
    /// <param name="exitCode">As the system gave it.</param>
    /// <param name="stop">Why we sent the signal, if we sent one.</param>
    public static ErrorVerdict? Verdict(int exitCode, StopCause stop) => exitCode switch
    {
        0 => null,
        64 or 65 => Named(exitCode, ErrorCategory.InvalidInput),
        66 or 67 => Named(exitCode, ErrorCategory.NotFound),
        68 or 69 => Named(exitCode, ErrorCategory.Network),
        71 or 73 or 74 => Named(exitCode, ErrorCategory.ResourceExhausted),
        72 or 78 or 126 or 127 => Named(exitCode, ErrorCategory.Configuration),
        75 => Named(exitCode, ErrorCategory.ProviderError, "temporary"),
        76 => Named(exitCode, ErrorCategory.ProviderError),
        77 => Named(exitCode, ErrorCategory.Permission),
        124 => Named(exitCode, ErrorCategory.Timeout),
        130 or 143 => Stopped(exitCode, stop) ?? Named(exitCode, ErrorCategory.Internal, "killed"),

        // Nobody of ours killed it, so most likely the kernel did, for memory.
        137 => Stopped(exitCode, stop) ?? Named(exitCode, ErrorCategory.ResourceExhausted, "killed"),
        134 or 139 => Named(exitCode, ErrorCategory.Internal, "crashed"),
        _ => Named(exitCode, ErrorCategory.Internal),
    };

    private static ErrorVerdict? Stopped(int exitCode, StopCause stop) =>
        StopRules.Verdict(stop) is { } verdict ? verdict with { ExitCode = exitCode } : null;

    private static ErrorVerdict Named(int exitCode, ErrorCategory category, string? code = null) => new()
    {
        Category = category,
        Rule = string.Create(CultureInfo.InvariantCulture, $"exit.{exitCode}"),
        Code = code ?? string.Create(CultureInfo.InvariantCulture, $"exit_{exitCode}"),
        ExitCode = exitCode,
    };
}
