using System.Text.Json;

namespace Pawl.Storage;

/// <summary>Rows that somebody changed by hand, or a disk: a job that cannot be read ends, is shown with what can be read of it, and stands
/// in nobody's way.</summary>
internal static class Damage
{
    private const string Code = "corrupt";
    private const string Rule = "store.corrupt";

    /// <summary>Whether reading a row failed because of what it holds.</summary>
    public static bool Is(Exception error) =>
        error is FormatException or JsonException or ArgumentException or OverflowException or InvalidCastException;

    /// <summary>How a job ends that no worker can be given.</summary>
    public static Settlement EndOf(Lease lease, string damage, DateTimeOffset now) => new()
    {
        Lease = lease,
        Outcome = Outcome.Failed,
        Event = JobEvent.FailedForGood,
        Rule = Rule,
        Error = Error($"Its rows in the database are damaged, so it cannot be run: {damage} Enqueue it anew, or restore a backup.", now),
    };

    /// <summary>What a reader is told of a job or attempt whose rows can be read in part.</summary>
    public static JobError Shown(string damage, DateTimeOffset at) =>
        Error($"Its rows in the database are damaged, so this is what is left of it: {damage} Restore a backup to see it whole.", at);

    /// <summary>The error of a job that stands where no job can, as it is kept.</summary>
    public static string UnknownState(string word) =>
        StoreJson.Write(Shown($"{Pawl.Shown.Text(word)} is no state.", DateTimeOffset.UnixEpoch))!;

    /// <summary>An error as it was kept, or that it cannot be read.</summary>
    public static JobError? ErrorOf(string? json, DateTimeOffset at)
    {
        try
        {
            return StoreJson.ReadError(json);
        }
        catch (Exception error) when (Is(error))
        {
            return Shown(error.Message, at);
        }
    }

    /// <summary>A recovery's mark as it was kept; null when it cannot be read.</summary>
    public static RecoveryMark? MarkOf(string? json)
    {
        try
        {
            return StoreJson.ReadMark(json);
        }
        catch (Exception error) when (Is(error))
        {
            return null;
        }
    }

    /// <summary>Labels as they were kept; null when they cannot be read.</summary>
    public static IReadOnlyDictionary<string, string>? WordsOf(string? json)
    {
        try
        {
            return StoreJson.ReadWords(json);
        }
        catch (Exception error) when (Is(error))
        {
            return null;
        }
    }

    private static JobError Error(string message, DateTimeOffset at) => new()
    {
        Category = ErrorCategory.Internal,
        Code = Code,
        Message = message,
        Disposition = Disposition.Fail,
        Rule = Rule,
        Fingerprint = "0000c0de",
        OccurredAt = at,
    };
}
