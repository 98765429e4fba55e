namespace Pawl.Storage;

/// <summary>A key to the HTTP API to be worth nothing from now on.</summary>
/// <param name="Id">The key.</param>
/// <param name="Now">The engine's time.</param>
/// <param name="By">Who asks.</param>
public sealed record RemoveApiKeyRequest(long Id, DateTimeOffset Now, string? By = null);
