using System.Collections;
using System.Globalization;
using Pawl.Storage;

namespace Pawl.Running;

/// <summary>What goes with every line that a handler logs: job, type, attempt, worker.</summary>
internal sealed class AttemptScope(Claimed claimed, long workerId) : IReadOnlyList<KeyValuePair<string, object?>>
{
    public int Count => 4;

    public KeyValuePair<string, object?> this[int index] => index switch
    {
        0 => new("JobId", claimed.Lease.Job.Value),
        1 => new("JobType", claimed.Type),
        2 => new("Attempt", claimed.Lease.Attempt),
        3 => new("WorkerId", workerId),
        _ => throw new ArgumentOutOfRangeException(nameof(index), index, "It has four facts."),
    };

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"job {claimed.Lease.Job} ({claimed.Type}) attempt {claimed.Lease.Attempt} on worker {workerId}");
}
