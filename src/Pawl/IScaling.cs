namespace Pawl;

/// <summary>How many workers the work at hand asks for.</summary>
public interface IScaling
{
    /// <summary>Reckons it now.</summary>
    /// <param name="queue">For one queue; null for any.</param>
    /// <param name="type">For one type; null for any.</param>
    /// <param name="scope">What is counted; null for all.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    /// <returns>Always numbers: 0 for what is unknown.</returns>
    ValueTask<ScalingAdvice> AdviseAsync(
        string? queue = null, string? type = null, Scope? scope = null, CancellationToken cancellationToken = default);
}
