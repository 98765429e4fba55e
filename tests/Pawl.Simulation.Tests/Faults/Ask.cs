using Pawl.Storage;

namespace Pawl.Simulation.Tests.Faults;

/// <summary>What a process wants of a store, whichever store that is.</summary>
/// <param name="Verb">The name of the method.</param>
/// <param name="Of">Calls it.</param>
/// <param name="Token">When the process loses its patience.</param>
internal readonly record struct Ask<T>(string Verb, Func<IJobStore, CancellationToken, ValueTask<T>> Of, CancellationToken Token);
