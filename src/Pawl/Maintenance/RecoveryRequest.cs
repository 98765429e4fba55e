namespace Pawl.Maintenance;

/// <summary>One cycle that is asked for.</summary>
/// <param name="Kind">What to look at.</param>
/// <param name="Trigger">What started it.</param>
/// <param name="By">Who asks.</param>
/// <param name="DryRun">Whether to change nothing.</param>
/// <param name="Limit">How many jobs may have their turn.</param>
internal sealed record RecoveryRequest(RecoveryKind Kind, RecoveryTrigger Trigger, string By, bool DryRun, int Limit)
{
    /// <summary>Whether stuck jobs are requeued whatever their type says.</summary>
    public bool AsksForStuck => Kind == RecoveryKind.Stuck && Trigger == RecoveryTrigger.Manual;
}
