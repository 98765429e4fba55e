namespace Pawl.Storage;

/// <summary>A pause of a queue or of a type.</summary>
/// <param name="Queue">The queue, or null.</param>
/// <param name="Type">The type, or null.</param>
/// <param name="At">When it began.</param>
/// <param name="By">Who asked for it.</param>
/// <param name="Reason">Why.</param>
/// <param name="Until">When it ends by itself; null for not.</param>
public sealed record PauseRow(string? Queue, string? Type, DateTimeOffset At, string? By, string? Reason, DateTimeOffset? Until);
