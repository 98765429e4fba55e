using System.Diagnostics.CodeAnalysis;

namespace Pawl.Errors;

/// <summary>The one place where an error takes the form in which it is stored, so that all errors look alike.</summary>
internal static class ErrorRecorder
{
    /// <summary>The most bytes of a message.</summary>
    public const int MaxMessageBytes = 4_096;

    /// <summary>The most bytes of a stack.</summary>
    public const int MaxStackBytes = 65_536;

    private const int MaxWordBytes = 200;

    /// <summary>The error that an exception left.</summary>
    /// <param name="type">The job's type.</param>
    /// <param name="verdict">What the rules made of it.</param>
    /// <param name="exception">What was thrown.</param>
    /// <param name="now">When.</param>
    /// <param name="known">Secrets known by their value; null for none.</param>
    public static JobError Record(
        string type, ErrorVerdict verdict, Exception exception, DateTimeOffset now, KnownSecrets? known = null) =>
        Record(type, verdict, Said(exception), now, exception.GetType().Name, Stack(exception), known);

    /// <summary>An error that nothing was thrown for, or whose exception is elsewhere.</summary>
    /// <param name="type">The job's type.</param>
    /// <param name="verdict">What the rules made of it.</param>
    /// <param name="message">A sentence for people; the verdict's own goes before it.</param>
    /// <param name="now">When.</param>
    /// <param name="exception">The name of the exception's type.</param>
    /// <param name="stack">Its stack.</param>
    /// <param name="known">Secrets known by their value; null for none.</param>
    public static JobError Record(
        string type,
        ErrorVerdict verdict,
        string message,
        DateTimeOffset now,
        string? exception = null,
        string? stack = null,
        KnownSecrets? known = null)
    {
        var usual = ErrorDefaults.Of(verdict.Category);
        var sentence = verdict.Message ?? message;
        sentence = string.IsNullOrWhiteSpace(sentence) ? $"No message; the category is {usual.Code}." : sentence;
        var error = new JobError
        {
            Category = verdict.Category,
            Code = string.IsNullOrWhiteSpace(verdict.Code) ? usual.Code : ErrorText.Fit(verdict.Code, MaxWordBytes, known),
            Message = ErrorText.Fit(sentence, MaxMessageBytes, known),
            Disposition = verdict.Disposition ?? usual.Disposition,
            Rule = ErrorText.Fit(verdict.Rule, MaxWordBytes),
            Fingerprint = "",
            OccurredAt = now,
            Detail = ErrorDetail.Fit(verdict.Detail, known),
            RetryAfter = verdict.RetryAfter is { } asked ? Bounded(asked) : null,
            HttpStatus = verdict.HttpStatus,
            ExitCode = verdict.ExitCode,
            Exception = exception,
            Stack = stack is null ? null : ErrorText.Fit(stack, MaxStackBytes, known),
        };
        return error with { Fingerprint = Fingerprint.Of(type, error) };
    }

    private static TimeSpan Bounded(TimeSpan asked) =>
        asked < TimeSpan.Zero ? TimeSpan.Zero : asked > RetryAfter.Longest ? RetryAfter.Longest : asked;

    [SuppressMessage("Design", "CA1031", Justification = "An exception that cannot even say its message must still end its attempt.")]
    private static string Said(Exception exception)
    {
        try
        {
            return string.IsNullOrWhiteSpace(exception.Message) ? exception.GetType().Name : exception.Message;
        }
        catch (Exception)
        {
            return exception.GetType().Name;
        }
    }

    // With the inner exceptions, for the cause is there.
    [SuppressMessage("Design", "CA1031", Justification = "An exception that cannot even say its stack must still end its attempt.")]
    private static string? Stack(Exception exception)
    {
        try
        {
            return exception.StackTrace is null && exception.InnerException is null ? null : exception.ToString();
        }
        catch (Exception)
        {
            return null;
        }
    }
}
