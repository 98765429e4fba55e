namespace Pawl;

/// <summary>What a walk over items did.</summary>
/// <param name="Done">How many stand done by this job, earlier attempts included.</param>
/// <param name="Failed">How many failed.</param>
/// <param name="Skipped">How many were passed over because an earlier job had done them.</param>
public readonly record struct ItemWalk(long Done, long Failed, long Skipped);
