using System.Globalization;

namespace Pawl;

/// <summary>How many items stand where.</summary>
/// <param name="New">Never tried.</param>
/// <param name="Processed">With a result that still stands.</param>
/// <param name="NeedsRerun">With a result that something has changed since.</param>
/// <param name="Failed">Tried without a success.</param>
public sealed record ItemSummary(int New, int Processed, int NeedsRerun, int Failed)
{
    /// <summary>Counts.</summary>
    public static ItemSummary Of(IEnumerable<ItemStatus> statuses)
    {
        ArgumentNullException.ThrowIfNull(statuses);
        Span<int> counts = stackalloc int[4];
        foreach (var status in statuses)
        {
            counts[(int)status]++;
        }

        return new(
            counts[(int)ItemStatus.New],
            counts[(int)ItemStatus.Processed],
            counts[(int)ItemStatus.NeedsRerun],
            counts[(int)ItemStatus.Failed]);
    }

    /// <summary>As in <c>5 new, 2 already processed, 1 needs re-run</c>, then <c>, 3 failed</c>.</summary>
    /// <remarks>Counts of 0 are left out; when all are 0 it says <c>nothing to do</c>. The words do not change with the counts.</remarks>
    public override string ToString()
    {
        (int Count, string What)[] all =
        [
            (New, "new"),
            (Processed, "already processed"),
            (NeedsRerun, "needs re-run"),
            (Failed, "failed"),
        ];
        var told = all.Where(one => one.Count != 0).Select(one => string.Create(CultureInfo.InvariantCulture, $"{one.Count} {one.What}"));
        var text = string.Join(", ", told);
        return text.Length == 0 ? "nothing to do" : text;
    }
}
