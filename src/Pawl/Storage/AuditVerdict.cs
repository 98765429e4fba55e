namespace Pawl.Storage;

/// <summary>Whether the audit is as it was written.</summary>
/// <param name="Count">How many entries were looked at.</param>
/// <param name="BrokenAt">The first entry that does not follow from the one before it; null when all do.</param>
/// <param name="Head">The hash of the last good entry. Kept elsewhere, it tells later whether the end was cut off.</param>
public sealed record AuditVerdict(long Count, long? BrokenAt, string? Head)
{
    /// <summary>Whether each entry follows from the one before it.</summary>
    public bool Whole => BrokenAt is null;
}
