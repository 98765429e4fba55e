namespace Pawl;

/// <summary>One part of a priority.</summary>
/// <param name="Points">What it adds; may be negative.</param>
/// <param name="Why">What it is for, in words.</param>
public sealed record PriorityReason(int Points, string Why);
