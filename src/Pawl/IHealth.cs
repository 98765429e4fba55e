namespace Pawl;

/// <summary>How well the installation does. It is also checked by itself, every 300 s (<see cref="HealthOptions"/>).</summary>
public interface IHealth
{
    /// <summary>Looks now. Only looks: events and alerts come from the check that runs by itself.</summary>
    /// <param name="cancellationToken">Ends the look.</param>
    /// <returns>The health of the installation and of each queue. A store that does not answer is a finding, not an exception.</returns>
    ValueTask<HealthOverview> CheckAsync(CancellationToken cancellationToken = default);
}
