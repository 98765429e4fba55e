namespace Pawl.Storage;

/// <summary>What one line did in one minute.</summary>
/// <param name="Minute">The minute, UTC.</param>
/// <param name="Queue">The queue.</param>
/// <param name="Type">The type.</param>
/// <param name="Created">Jobs created.</param>
/// <param name="Started">Attempts started.</param>
/// <param name="Ended">Attempts ended, by outcome.</param>
/// <param name="Died">Jobs that failed for good.</param>
/// <param name="Wait">The sum of the waits of the attempts that started.</param>
/// <param name="Run">The sum of the runs of the attempts that ended.</param>
public sealed record MinuteFacts(
    DateTimeOffset Minute,
    string Queue,
    string Type,
    long Created,
    long Started,
    IReadOnlyDictionary<Outcome, long> Ended,
    long Died,
    TimeSpan Wait,
    TimeSpan Run);
