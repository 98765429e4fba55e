using Pawl.Storage;

namespace Pawl.Simulation.Tests.Replays;

/// <summary>A call that a store has answered, ready to be made again.</summary>
/// <param name="Process">Who made it.</param>
/// <param name="Verb">The name of the method.</param>
/// <param name="Given">What it was given.</param>
/// <param name="Answer">What came back.</param>
/// <param name="AskAsync">Asks another store the same, and says what comes back.</param>
internal sealed record Call(
    string Process, string Verb, Func<string> Given, string Answer, Func<IJobStore, CancellationToken, Task<string>> AskAsync)
{
    /// <summary>For people.</summary>
    public override string ToString() => $"{Process} {Verb}({Given()})";
}
