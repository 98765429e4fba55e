using Pawl.Storage;

namespace Pawl.Simulation.Tests.Proofs;

/// <summary>What it knows of requests: who asked for which job, and who was promised what.</summary>
internal sealed partial class Referee
{
    private readonly Dictionary<string, JobId> _byKey = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Type, string Key), JobId> _byUniqueKey = [];
    private readonly SortedSet<long> _promised = [];

    /// <summary>Jobs were asked for and stored.</summary>
    /// <param name="asked">What was asked.</param>
    /// <param name="stored">The answer.</param>
    /// <param name="parent">Whose children they are.</param>
    public void Enqueued(IReadOnlyList<NewJob> asked, IReadOnlyList<Enqueued> stored, string? parent = null)
    {
        for (var n = 0; n < stored.Count; n++)
        {
            var (job, (id, deduplicated, _)) = (asked[n], stored[n]);
            if (deduplicated == _unasked.Remove(id.Value))
            {
                report.Breaks("G4", $"job {id} was answered with deduplicated {deduplicated}");
            }

            if (job.IdempotencyKey is { } key && !_byKey.TryAdd(key, id) && _byKey[key] != id)
            {
                report.Breaks("G4", $"the key {key} gave job {_byKey[key]} and job {id}");
            }

            if (job.UniqueKey is { } unique)
            {
                CheckUnique((job.Type, unique), id);
            }

            if (parent is not null && !deduplicated)
            {
                CheckChild(job, parent);
            }
        }

        if (stored.Count > 0 && stored.Count != asked.Count)
        {
            report.Breaks("G2", $"{stored.Count} of {asked.Count} jobs were stored");
        }
    }

    /// <summary>A client was told that these jobs are stored.</summary>
    public void Promised(IEnumerable<JobId> ids) => _promised.UnionWith(ids.Select(id => id.Value));

    public void Cancelled(IReadOnlyList<Changed> changed)
    {
        foreach (var one in changed)
        {
            if (one is { Refusal: "already_final", State: JobState.Succeeded })
            {
                report.Saw(Rare.CompleteBeforeCancel);
            }
        }
    }

    public void Retried(RetryRequest request, IReadOnlyList<Changed> changed)
    {
        foreach (var one in changed)
        {
            if (one.Refusal is null && request.FromStart && Find(one.Id) is { } job)
            {
                (job.CheckpointVersion, job.Checkpoint) = (0, null);
            }
        }
    }

    public void Edited(EditRequest request, IReadOnlyList<Changed> changed)
    {
        foreach (var one in changed)
        {
            if (one.Refusal is null && request.RunAt is not null && Find(one.Id) is { } job)
            {
                job.RetryAt = null;
            }
        }
    }

    /// <summary>A unique key is held until its job failed or was cancelled.</summary>
    private void CheckUnique((string Type, string Key) key, JobId id)
    {
        if (_byUniqueKey.TryGetValue(key, out var other) && other != id
            && Find(other)?.State is not (JobState.Failed or JobState.Cancelled))
        {
            report.Breaks("G4", $"the unique key {key.Key} is held by job {other} and was given to job {id}");
        }

        _byUniqueKey[key] = id;
    }

    /// <summary>Each child has an ordinal among those of its parent's attempt: none may be there twice.</summary>
    private void CheckChild(NewJob child, string parent)
    {
        var name = $"{parent}/{child.Tags?.GetValueOrDefault("child")}";
        if (!_byKey.TryAdd(name, default))
        {
            report.Breaks("G4", $"child {name} was created twice");
        }
    }
}
