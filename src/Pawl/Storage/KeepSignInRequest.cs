namespace Pawl.Storage;

/// <summary>Keep a session of a browser, or a code that opens one. What has ended is taken away with it.</summary>
/// <param name="Kind">Which of them.</param>
/// <param name="Hash">SHA-256 of its secret, which is kept nowhere.</param>
/// <param name="SignIn">What it is good for.</param>
/// <param name="Now">The engine's time.</param>
public sealed record KeepSignInRequest(SignInKind Kind, ReadOnlyMemory<byte> Hash, SignIn SignIn, DateTimeOffset Now)
{
    /// <summary>How many of a kind one key may have at once; those that end first give way. 1,000.</summary>
    public const int MostOfKey = 1_000;
}
