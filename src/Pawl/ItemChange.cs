namespace Pawl;

/// <summary>One thing that has changed since an item's last success.</summary>
/// <param name="Cause">What kind of thing.</param>
/// <param name="Part">The part of the version, when the cause is <see cref="ItemCause.Code"/>.</param>
/// <param name="From">The version or hash then; null when there was none.</param>
/// <param name="To">The version or hash now.</param>
public sealed record ItemChange(ItemCause Cause, string? Part, string? From, string? To)
{
    /// <summary>As in <c>cards v1 → v2</c>; for a hash only what it is the hash of, such as <c>input</c>.</summary>
    public override string ToString() => Part is null ? Words.Of(Cause) : $"{Part} {From ?? "none"} → {To}";
}
