namespace Pawl;

/// <summary>The order of a list, in words: <c>id</c>, <c>-priority</c>.</summary>
/// <param name="By">What it goes by.</param>
/// <param name="Ascending">Whether the lowest comes first.</param>
public readonly record struct JobOrder(JobSort By, bool Ascending)
{
    /// <summary>Reads one of <c>id</c>, <c>priority</c>, <c>run_at</c>, <c>created_at</c>, <c>ended_at</c>, with <c>-</c> in front for the
    /// highest first.</summary>
    /// <exception cref="PawlException"><c>sort_invalid</c>, with the words that are allowed.</exception>
    public static JobOrder Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var descending = text.StartsWith('-');
        return Words.TryParse<JobSort>(descending ? text[1..] : text, out var by)
            ? new(by, !descending)
            : throw new PawlException(
                "sort_invalid",
                $"{Shown.Text(text)} is no order of jobs. "
                + $"Use {string.Join(", ", Words.All<JobSort>())}, with - in front for the highest first.");
    }

    /// <summary>The order in words.</summary>
    public override string ToString() => (Ascending ? "" : "-") + Words.Of(By);
}
