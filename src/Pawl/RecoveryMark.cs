namespace Pawl;

/// <summary>Which recovery opened a generation.</summary>
/// <param name="RecoveryId">The run of the sweep.</param>
/// <param name="Rule">The rule that accepted the job.</param>
/// <param name="By">Who asked: <c>startup</c>, <c>periodic</c> or a person.</param>
public sealed record RecoveryMark(long RecoveryId, string Rule, string By);
