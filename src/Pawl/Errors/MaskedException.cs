using System.Diagnostics.CodeAnalysis;

namespace Pawl.Errors;

/// <summary>Stands in the log of the host for an exception that tells a secret, and says the same without it.</summary>
internal sealed class MaskedException : Exception
{
    private readonly string _whole;

    private MaskedException(string message, string whole)
        : base(message) => _whole = whole;

    /// <summary>The exception itself where it tells no secret.</summary>
    /// <param name="thrown">What was thrown.</param>
    /// <param name="known">Secrets known by their value; null for none.</param>
    [SuppressMessage("Design", "CA1031", Justification = "An exception that cannot say what it is has no secret to tell.")]
    public static Exception? Of(Exception? thrown, KnownSecrets? known)
    {
        try
        {
            var whole = thrown?.ToString() ?? "";
            var masked = ErrorText.Fit(whole, ErrorRecorder.MaxStackBytes, known);
            return masked == whole
                ? thrown
                : new MaskedException(
                    ErrorText.Fit($"{thrown!.GetType().Name}: {thrown.Message}", ErrorRecorder.MaxMessageBytes, known), masked);
        }
        catch (Exception)
        {
            return thrown;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => _whole;
}
