namespace Pawl.Errors;

/// <summary>What a stop means: the attempt is not to blame, whoever asked for it decides.</summary>
internal static class StopRules
{
    /// <summary>Null when nobody asked for a stop.</summary>
    public static ErrorVerdict? Verdict(StopCause stop) => stop switch
    {
        StopCause.User => new() { Category = ErrorCategory.Cancelled, Rule = "stop.user" },
        StopCause.Host => new() { Category = ErrorCategory.Interrupted, Rule = "stop.host" },
        StopCause.Timeout => new()
        {
            Category = ErrorCategory.Timeout, Rule = "stop.timeout", Message = "The attempt ran past its time limit and was stopped.",
        },
        _ => null,
    };
}
