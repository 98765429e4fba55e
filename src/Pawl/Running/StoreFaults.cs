using System.Data.Common;

namespace Pawl.Running;

/// <summary>Tells a store that is away from a request it will never take.</summary>
internal static class StoreFaults
{
    public const string WaitingForSchema = "waiting_for_schema";

    /// <summary>Whether the same request may work later. What is not known is no outage: trying it for ever would hide a fault of the
    /// engine or a damaged row, and hold up whatever comes after it.</summary>
    public static bool IsOutage(Exception error) => error switch
    {
        PawlException { Code: WaitingForSchema or "overloaded" } => true,
        PawlException known => known.Code.StartsWith("storage_", StringComparison.Ordinal),
        DbException or TimeoutException or IOException or OperationCanceledException or OutOfMemoryException => true,
        _ => false,
    };

    /// <summary>How long to wait after the so-many-th failure in a row, from 0: twice as long each time.</summary>
    public static TimeSpan Delay(int failures, TimeSpan first, TimeSpan most)
    {
        var grown = first * Math.Pow(2, Math.Min(failures, 20));
        return grown < most ? grown : most;
    }
}
