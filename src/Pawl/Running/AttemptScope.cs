using System.Collections;
using System.Globalization;
using Pawl.Storage;

namespace Pawl.Running;

/// <summary>What goes with every line that a handler logs: job, type, attempt, worker, and the job's tags.</summary>
internal sealed class AttemptScope(Claimed claimed, long workerId) : IReadOnlyList<KeyValuePair<string, object?>>
{
    private const int Facts = 4;

    private readonly KeyValuePair<string, string>[] _tags = claimed.Tags is { Count: > 0 } tags ? [.. tags] : [];

    public int Count => Facts + _tags.Length;

    public KeyValuePair<string, object?> this[int index] => index switch
    {
        0 => new("JobId", claimed.Lease.Job.Value),
        1 => new("JobType", claimed.Type),
        2 => new("Attempt", claimed.Lease.Attempt),
        3 => new("WorkerId", workerId),
        _ => new($"Tag.{_tags[index - Facts].Key}", _tags[index - Facts].Value),
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
