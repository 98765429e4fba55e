namespace Pawl;

/// <summary>The second line behind leases: a sweep that offers failed jobs again whose cause has passed, and finds jobs that stand
/// still.</summary>
/// <remarks>It runs by itself 3 s after the start and every 30 minutes (<see cref="RecoveryOptions"/>), and here on demand.</remarks>
public interface IRecovery
{
    /// <summary>The number of the sweep that runs in this process now; null when none does.</summary>
    long? RunningId { get; }

    /// <summary>The last sweeps of this process, newest first, at most 20.</summary>
    IReadOnlyList<RecoveryRun> Recent { get; }

    /// <summary>Runs one cycle now, in this process, whichever does the chores. One runs at a time in the installation.</summary>
    /// <param name="kind">What to look at.</param>
    /// <param name="dryRun">Whether to show the result and change nothing.</param>
    /// <param name="limit">At most so many jobs; 1 to <see cref="RecoveryOptions.BatchSize"/>, which is the default.</param>
    /// <param name="by">Who asks; kept with each job.</param>
    /// <param name="cancellationToken">Stops the cycle between two jobs.</param>
    /// <returns>What was done. When the store failed, what had been done until then, with the error.</returns>
    /// <exception cref="PawlException"><c>recovery_running</c> while another sweep runs, its number in the message and in
    /// <see cref="Exception.Data"/> under <c>run_id</c>; <c>not_leader</c> while nobody does the chores, as before the host has
    /// started.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The limit is out of range.</exception>
    Task<RecoveryRun> RunAsync(
        RecoveryKind kind,
        bool dryRun = false,
        int? limit = null,
        string? by = null,
        CancellationToken cancellationToken = default);
}
