namespace Pawl.Storage;

/// <summary>Pause or resume a queue or a type. Running jobs are never stopped by it.</summary>
/// <param name="Queue">The queue, or null.</param>
/// <param name="Type">The type, or null.</param>
/// <param name="Paused">True to pause.</param>
/// <param name="Now">The engine's time.</param>
/// <param name="By">Who asks.</param>
/// <param name="Reason">Why, in words.</param>
/// <param name="Until">When the pause ends by itself; null for not.</param>
public sealed record PauseRequest(
    string? Queue,
    string? Type,
    bool Paused,
    DateTimeOffset Now,
    string? By = null,
    string? Reason = null,
    DateTimeOffset? Until = null);
