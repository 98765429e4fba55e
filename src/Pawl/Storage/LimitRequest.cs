namespace Pawl.Storage;

/// <summary>Set how many jobs of a queue or of a concurrency key run at once in the whole installation.</summary>
/// <param name="Queue">The queue, or null.</param>
/// <param name="Key">The concurrency key, or null.</param>
/// <param name="MaxRunning">1 or more; null for no limit on a queue and for 1 on a key.</param>
/// <param name="Now">The engine's time.</param>
/// <param name="By">Who asks, by name.</param>
public sealed record LimitRequest(string? Queue, string? Key, int? MaxRunning, DateTimeOffset Now, string? By = null);
