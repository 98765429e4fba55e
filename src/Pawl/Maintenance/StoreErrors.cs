namespace Pawl.Maintenance;

/// <summary>What the chores must know of a store's refusals.</summary>
internal static class StoreErrors
{
    /// <summary>The tables are not there yet.</summary>
    public const string WaitingForSchema = "waiting_for_schema";
}
