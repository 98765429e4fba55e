using System.Diagnostics;

namespace Pawl.Errors;

/// <summary>What a category means when nobody says otherwise.</summary>
/// <param name="Disposition">What follows.</param>
/// <param name="UsesBudget">Whether it uses one of the retry budget.</param>
/// <param name="Code">The error's code where nothing finer is known: the category's word.</param>
internal readonly record struct ErrorDefault(Disposition Disposition, bool UsesBudget, string Code);

/// <summary>The closed table of categories.</summary>
internal static class ErrorDefaults
{
    public static ErrorDefault Of(ErrorCategory category)
    {
        var disposition = category switch
        {
            ErrorCategory.Network
                or ErrorCategory.Timeout
                or ErrorCategory.ProviderError
                or ErrorCategory.Auth
                or ErrorCategory.ResourceExhausted
                or ErrorCategory.Internal => Disposition.Retry,
            ErrorCategory.RateLimited
                or ErrorCategory.QuotaExhausted
                or ErrorCategory.DatabaseTransient
                or ErrorCategory.LockContention
                or ErrorCategory.CircuitOpen
                or ErrorCategory.SchemaMissing => Disposition.Snooze,
            ErrorCategory.Permission
                or ErrorCategory.Configuration
                or ErrorCategory.NotFound
                or ErrorCategory.InvalidInput
                or ErrorCategory.TooLarge
                or ErrorCategory.Unsupported
                or ErrorCategory.ContentPolicy
                or ErrorCategory.Conflict
                or ErrorCategory.PlanInvalid => Disposition.Fail,
            ErrorCategory.DependencyFailed or ErrorCategory.Cancelled => Disposition.Cancel,
            ErrorCategory.Interrupted => Disposition.Release,
            ErrorCategory.Lost => Disposition.Requeue,
            _ => throw new UnreachableException($"No default for {category}."),
        };
        return new(disposition, disposition == Disposition.Retry, Words.Of(category));
    }
}
