namespace Pawl.Storage;

/// <summary>A browser that is signed in, or a code that signs one in.</summary>
/// <param name="KeyHash">SHA-256 of the key it came from.</param>
/// <param name="Role">What it may do, as far as that key still may.</param>
/// <param name="ExpiresAt">When it ends.</param>
public sealed record SignIn(ReadOnlyMemory<byte> KeyHash, ApiRole Role, DateTimeOffset ExpiresAt);
