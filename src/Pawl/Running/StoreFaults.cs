namespace Pawl.Running;

/// <summary>Tells a store that is away from a request it will never take.</summary>
internal static class StoreFaults
{
    public const string WaitingForSchema = "waiting_for_schema";

    /// <summary>Whether the same request may work later.</summary>
    public static bool IsOutage(Exception error) => error switch
    {
        PawlException { Code: WaitingForSchema or "overloaded" } => true,
        PawlException known => known.Code.StartsWith("storage_", StringComparison.Ordinal),
        ArgumentException or ObjectDisposedException or NotSupportedException => false,
        _ => true,
    };

    /// <summary>How long to wait after the so-many-th failure in a row, from 0: twice as long each time.</summary>
    public static TimeSpan Delay(int failures, TimeSpan first, TimeSpan most)
    {
        var grown = first * Math.Pow(2, Math.Min(failures, 20));
        return grown < most ? grown : most;
    }
}
