namespace Pawl.Storage;

/// <summary>Jobs to store, all or none.</summary>
/// <param name="Jobs">1 to 10,000.</param>
/// <param name="Now">The engine's time.</param>
public sealed record EnqueueRequest(IReadOnlyList<NewJob> Jobs, DateTimeOffset Now);
