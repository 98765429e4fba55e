namespace Pawl.Storage;

/// <summary>Let a worker take no new work, or take it again. What it runs goes on.</summary>
/// <param name="WorkerId">The worker.</param>
/// <param name="Drain">True for no new work.</param>
/// <param name="Now">The engine's time.</param>
/// <param name="By">Who asks.</param>
public sealed record DrainRequest(long WorkerId, bool Drain, DateTimeOffset Now, string? By = null);
