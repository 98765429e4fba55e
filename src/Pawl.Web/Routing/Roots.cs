using Pawl.Storage;

namespace Pawl.Web.Routing;

/// <summary>Finds the job at the top of a tree.</summary>
internal static class Roots
{
    private const int MostLevels = 16;

    /// <summary>The top of the tree of each job.</summary>
    public static async Task<IReadOnlyDictionary<JobId, JobId>> OfAsync(
        IJobStore store, IReadOnlyCollection<Job> jobs, CancellationToken cancellationToken)
    {
        var roots = jobs.ToDictionary(job => job.Id, job => job.ParentId ?? job.Id);
        var parents = jobs.Where(job => job.ParentId is not null).Select(job => job.ParentId!.Value).Distinct().ToList();
        var above = new Dictionary<JobId, JobId?>();
        for (var level = 0; parents.Count > 0 && level < MostLevels; level++)
        {
            foreach (var parent in await store.GetAsync(parents, cancellationToken).ConfigureAwait(false))
            {
                above[parent.Id] = parent.ParentId;
            }

            foreach (var gone in parents)
            {
                above.TryAdd(gone, null);
            }

            parents = [.. parents.Select(parent => above[parent]).OfType<JobId>().Where(next => !above.ContainsKey(next)).Distinct()];
        }

        foreach (var id in roots.Keys.ToList())
        {
            for (var level = 0; level < MostLevels && above.GetValueOrDefault(roots[id]) is { } higher; level++)
            {
                roots[id] = higher;
            }
        }

        return roots;
    }
}
