namespace Pawl;

/// <summary>Knows the exceptions of one library, so that its errors get their true category.</summary>
/// <remarks>
/// Register it as a service. It is asked after a <see cref="JobException"/> and the type's own rules and before the built-in tables,
/// for the exception that was thrown and, if nobody knows that one, for its inner exceptions. One that throws is passed over.
/// </remarks>
public interface IErrorClassifier
{
    /// <summary>What the exception means, or null if this classifier does not know it.</summary>
    /// <remarks>
    /// <see cref="ErrorCategory.Cancelled"/> means "stopped by a token": who asked for the stop then decides between
    /// cancelled, interrupted and timeout; if nobody did, the error is <see cref="ErrorCategory.Internal"/>.
    /// </remarks>
    ErrorVerdict? Classify(Exception exception);
}
