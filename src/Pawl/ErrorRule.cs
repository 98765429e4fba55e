using System.Globalization;

namespace Pawl;

/// <summary>One rule of a job type: what an exception, an HTTP status, an exit code or a category means for its jobs.</summary>
internal sealed record ErrorRule
{
    private ErrorRule(string match, ErrorCategory? category, Disposition? disposition)
    {
        if (disposition is not (null or Pawl.Disposition.Retry or Pawl.Disposition.Snooze or Pawl.Disposition.Fail))
        {
            throw new ArgumentOutOfRangeException(
                nameof(disposition), disposition, $"A rule for {match} may retry, snooze or fail; nothing else is its to give.");
        }

        Match = match;
        Category = category;
        Disposition = disposition;
    }

    /// <summary>What it looks for: a type's name, <c>http.404</c>, <c>exit.75</c>, or a category's word.</summary>
    public string Match { get; }

    /// <summary>The type it looks for, if it looks for an exception. Types derived from it match too.</summary>
    public Type? Exception { get; private init; }

    /// <summary>The category it gives, or null to leave it.</summary>
    public ErrorCategory? Category { get; }

    /// <summary>What should follow, or null for what the category says.</summary>
    public Disposition? Disposition { get; }

    public static ErrorRule ForException<TException>(ErrorCategory category, Disposition? disposition = null)
        where TException : Exception =>
        new(typeof(TException).Name, Given(category), disposition) { Exception = typeof(TException) };

    public static ErrorRule ForHttpStatus(int status, ErrorCategory? category, Disposition? disposition = null) =>
        new(string.Create(CultureInfo.InvariantCulture, $"http.{status}"), Given(category), disposition);

    public static ErrorRule ForExitCode(int exitCode, ErrorCategory? category, Disposition? disposition = null) =>
        new(string.Create(CultureInfo.InvariantCulture, $"exit.{exitCode}"), Given(category), disposition);

    public static ErrorRule ForCategory(ErrorCategory category, Disposition disposition) =>
        new(Words.Of(Given(category)!.Value), null, disposition);

    // These four belong to the engine: what a person, a host or the sweeper did is no matter of a type.
    private static ErrorCategory? Given(ErrorCategory? category) =>
        category is ErrorCategory.Cancelled or ErrorCategory.Interrupted or ErrorCategory.Lost or ErrorCategory.DependencyFailed
            ? throw new ArgumentOutOfRangeException(nameof(category), category, "This category is given by the engine alone.")
            : category;
}
