namespace Pawl.Storage;

/// <summary>Something done, or refused, that no verb of the store tells of by itself.</summary>
/// <param name="Action">What: <c>key.add</c>, <c>bulk.retry</c>.</param>
/// <param name="Actor">Who.</param>
/// <param name="Target">On what.</param>
/// <param name="Before">How it was: JSON.</param>
/// <param name="After">How it is now: JSON.</param>
/// <param name="Refusal">Why it was refused, a stable code; null for what was done.</param>
/// <param name="Detail">What was said to it.</param>
public sealed record AuditNote(
    string Action,
    string? Actor = null,
    string? Target = null,
    string? Before = null,
    string? After = null,
    string? Refusal = null,
    string? Detail = null);
