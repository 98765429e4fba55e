namespace Pawl;

/// <summary>What happens, in numbers: from kept counts, never by counting jobs.</summary>
public interface IStatistics
{
    /// <summary>How things stand now. At most a second old.</summary>
    /// <param name="scope">What is counted; null for all.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    ValueTask<Statistics> NowAsync(Scope? scope = null, CancellationToken cancellationToken = default);

    /// <summary>How things went, step by step.</summary>
    /// <param name="query">What is wanted.</param>
    /// <param name="scope">What is counted; null for all.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    /// <exception cref="PawlException"><c>out_of_range</c>: an unknown metric, a window of more than 30 days, a step that makes more than
    /// 1,000 points.</exception>
    ValueTask<StatisticsSeries> SeriesAsync(SeriesQuery query, Scope? scope = null, CancellationToken cancellationToken = default);

    /// <summary>What has failed, gathered by what is alike, the group with most attempts first.</summary>
    /// <param name="window">How far to look back; 1 h to 30 days, counted in whole hours.</param>
    /// <param name="scope">What is counted; null for all.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    ValueTask<IReadOnlyList<FailureGroup>> FailuresAsync(
        TimeSpan window, Scope? scope = null, CancellationToken cancellationToken = default);

    /// <summary>One such group with its stack and its counts by type and worker; null when there is none in the window.</summary>
    /// <param name="fingerprint">Which.</param>
    /// <param name="window">How far to look back.</param>
    /// <param name="scope">What is counted; null for all.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    ValueTask<FailureGroup?> FailureAsync(
        string fingerprint, TimeSpan window, Scope? scope = null, CancellationToken cancellationToken = default);
}
