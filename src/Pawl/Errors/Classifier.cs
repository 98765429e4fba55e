using System.Diagnostics.CodeAnalysis;

namespace Pawl.Errors;

/// <summary>Decides what an exception means, in the order that people are told.</summary>
/// <remarks>
/// A <see cref="JobException"/>, then a stop that was asked for, then the type's own rules, then the registered classifiers, then an
/// HTTP status, then the map of exceptions, then an exit code. If nobody knows an exception its inner one is asked; else it is internal.
/// Of several inner ones the most final wins. At the end a type may say what its categories lead to.
/// </remarks>
internal sealed class Classifier(IEnumerable<IErrorClassifier> registered)
{
    // Deeper chains are made, not met.
    private const int Deepest = 32;

    private readonly IErrorClassifier[] _registered = [.. registered];

    /// <summary>The verdict; never null.</summary>
    /// <param name="exception">What the handler threw.</param>
    /// <param name="rules">The type's own rules; of several that match the first one wins.</param>
    /// <param name="stop">Who set the attempt's token.</param>
    /// <param name="now">Stands in for a reply's missing <c>Date</c>.</param>
    public ErrorVerdict Classify(Exception exception, IReadOnlyList<ErrorRule> rules, StopCause stop, DateTimeOffset now)
    {
        var verdict = Known(exception, rules, stop, now, 0) ?? new() { Category = ErrorCategory.Internal, Rule = "internal" };
        return verdict.Disposition is null && Find(rules, Words.Of(verdict.Category)) is { } own
            ? verdict with { Disposition = own.Disposition, Rule = $"type.{own.Match}" }
            : verdict;
    }

    private ErrorVerdict? Known(Exception exception, IReadOnlyList<ErrorRule> rules, StopCause stop, DateTimeOffset now, int depth) =>
        Explicit(exception)
        ?? Stopped(exception, stop)
        ?? OfType(exception, rules, stop, now)
        ?? Registered(exception, stop)
        ?? HttpStatusRules.Match(exception, now)
        ?? ExceptionRules.Match(exception, stop)
        ?? ExitCodeRules.Match(exception, stop)
        ?? Inner(exception, rules, stop, now, depth + 1);

    private static ErrorVerdict? Explicit(Exception exception) => exception is not JobException job ? null : new()
    {
        Category = job.Category,
        Rule = $"category.{Words.Of(job.Category)}",
        Code = job.Code,
        RetryAfter = job.RetryAfter,
        Detail = job.Detail,
    };

    // Before the type's rules: a rule for every exception must not fail a job because its host stops.
    private static ErrorVerdict? Stopped(Exception exception, StopCause stop) =>
        exception is OperationCanceledException ? StopRules.Verdict(stop) : ExitCodeRules.Stopped(exception, stop);

    private static ErrorVerdict? OfType(Exception exception, IReadOnlyList<ErrorRule> rules, StopCause stop, DateTimeOffset now)
    {
        foreach (var rule in rules)
        {
            if (rule is { Exception: { } wanted, Category: { } category } && wanted.IsInstanceOfType(exception))
            {
                return new() { Category = category, Disposition = rule.Disposition, Rule = $"type.{rule.Match}" };
            }
        }

        // A number is remapped, what came with it stays: the wait that a reply asked for, the words of a command.
        // A command that says in words what went wrong is not judged by its number.
        var verdict = HttpStatusRules.Match(exception, now) ?? ExitCodeRules.Match(exception, stop);
        return verdict is not null && Find(rules, verdict.Rule) is { } own
            ? verdict with { Category = own.Category ?? verdict.Category, Disposition = own.Disposition, Rule = $"type.{own.Match}" }
            : null;
    }

    [SuppressMessage("Design", "CA1031", Justification = "A classifier is user code; its bug must not hide the error it was asked about.")]
    private ErrorVerdict? Registered(Exception exception, StopCause stop)
    {
        foreach (var classifier in _registered)
        {
            try
            {
                if (classifier.Classify(exception) is { } verdict)
                {
                    return verdict.Category == ErrorCategory.Cancelled ? ExceptionRules.Cancelled(exception, stop) : verdict;
                }
            }
            catch (Exception)
            {
                // Passed over, as its documentation says.
            }
        }

        return null;
    }

    private ErrorVerdict? Inner(Exception exception, IReadOnlyList<ErrorRule> rules, StopCause stop, DateTimeOffset now, int depth)
    {
        if (depth > Deepest)
        {
            return null;
        }

        if (exception is not AggregateException several)
        {
            return exception.InnerException is { } inner ? Known(inner, rules, stop, now, depth) : null;
        }

        ErrorVerdict? most = null;
        foreach (var each in several.InnerExceptions)
        {
            // Here an unknown one counts: it would be retried, and that is more final than a snooze.
            var verdict = Known(each, rules, stop, now, depth) ?? new() { Category = ErrorCategory.Internal, Rule = "internal" };
            if (most is null || Finality(verdict, rules) > Finality(most, rules))
            {
                most = verdict;
            }
        }

        return most;
    }

    private static int Finality(ErrorVerdict verdict, IReadOnlyList<ErrorRule> rules)
    {
        var disposition = verdict.Disposition
            ?? Find(rules, Words.Of(verdict.Category))?.Disposition
            ?? ErrorDefaults.Of(verdict.Category).Disposition;
        return disposition switch
        {
            Disposition.Fail => 5,
            Disposition.Cancel => 4,
            Disposition.Retry => 3,
            Disposition.Snooze => 2,
            Disposition.Requeue => 1,
            _ => 0,
        };
    }

    private static ErrorRule? Find(IReadOnlyList<ErrorRule> rules, string match)
    {
        foreach (var rule in rules)
        {
            if (rule.Exception is null && rule.Match == match)
            {
                return rule;
            }
        }

        return null;
    }
}
