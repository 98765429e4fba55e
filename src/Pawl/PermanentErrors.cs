namespace Pawl;

/// <summary>Errors that another attempt would meet again: a retry by hand must be forced.</summary>
internal static class PermanentErrors
{
    private static readonly ErrorCategory[] All =
    [
        ErrorCategory.Permission, ErrorCategory.Configuration, ErrorCategory.NotFound, ErrorCategory.InvalidInput, ErrorCategory.TooLarge,
        ErrorCategory.Unsupported, ErrorCategory.ContentPolicy, ErrorCategory.Conflict, ErrorCategory.PlanInvalid,
    ];

    public static bool Contains(ErrorCategory category) => Array.IndexOf(All, category) >= 0;
}
