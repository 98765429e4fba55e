namespace Pawl.Maintenance;

/// <summary>What the rules say of one job.</summary>
/// <param name="Rule">The rule that speaks for it; null when none does.</param>
/// <param name="Reason">Why, in words.</param>
/// <param name="Key">What has changed since; a job is recovered once for each.</param>
/// <param name="NeedsYes">Whether a check must say yes first.</param>
internal readonly record struct RecoveryPick(RecoveryRule? Rule, string Reason, string? Key = null, bool NeedsYes = false)
{
    public static RecoveryPick None(string reason) => new(null, reason);
}
