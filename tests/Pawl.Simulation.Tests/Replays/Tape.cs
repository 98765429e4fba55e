using Pawl.Simulation.Tests.Faults;
using Pawl.Simulation.Tests.Worlds;
using Pawl.Storage;

namespace Pawl.Simulation.Tests.Replays;

/// <summary>All that the processes of a run asked of their store and were answered, in its order.</summary>
/// <remarks>What did not reach the store or was taken back there is not on it; what was stored and whose answer was lost is. Two kinds of
/// calls are left out: those about the schema, which is each store's own matter, and pages of events, as in which order one commit tells of
/// several jobs is too. The events are compared in the end.</remarks>
internal sealed class Tape
{
    private static readonly string[] Own = [nameof(IJobStore.MigrateAsync), nameof(IJobStore.EventsAsync)];

    public List<Call> Calls { get; } = [];

    /// <summary>What was stored in the end.</summary>
    public IReadOnlyList<(string What, string Text)> Rows { get; set; } = [];

    public void Answered<T>(Life life, Ask<T> ask, T answer)
    {
        if (!Own.Contains(ask.Verb))
        {
            Keep(life, ask, Answer.Of(answer));
        }
    }

    public void Refused<T>(Life life, Ask<T> ask, PawlException refusal)
    {
        // A disk that is full is the fault of one store.
        if (!refusal.Code.StartsWith("storage_", StringComparison.Ordinal))
        {
            Keep(life, ask, Answer.Of(refusal));
        }
    }

    private void Keep<T>(Life life, Ask<T> ask, string answer) =>
        Calls.Add(new(life.ToString(), ask.Verb, () => Answer.Given(ask.Of), answer, (store, token) => AgainAsync(ask, store, token)));

    private static async Task<string> AgainAsync<T>(Ask<T> ask, IJobStore store, CancellationToken cancellationToken)
    {
        try
        {
            return Answer.Of(await ask.Of(store, cancellationToken));
        }
        catch (PawlException refusal) when (!refusal.Code.StartsWith("storage_", StringComparison.Ordinal))
        {
            return Answer.Of(refusal);
        }
    }
}
