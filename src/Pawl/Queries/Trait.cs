namespace Pawl.Queries;

/// <summary>The words of <c>is:</c>.</summary>
internal enum Trait
{
    Cancelling,
    Dead,
    Dismissed,
    Stuck,
    Degraded,
    Rerun,
}
