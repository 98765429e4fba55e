using Pawl.Web.Routing;
using Pawl.Web.Wire;

namespace Pawl.Web.Api;

/// <summary>Which jobs, of those that something names, a caller may know of.</summary>
internal static class Visible
{
    /// <summary>Refuses what would reach beyond a caller's limits.</summary>
    /// <exception cref="ProblemException"><c>forbidden</c>.</exception>
    public static void Reach(bool within, string needs)
    {
        if (!within)
        {
            throw new ProblemException("forbidden", $"This reaches beyond the limits of this key: it needs {needs}.", ("needs", needs));
        }
    }

    /// <summary>The jobs that a limited caller may see; null for all. One that was removed is seen by nobody who is limited.</summary>
    public static async Task<HashSet<JobId>?> OfAsync(Call call, IEnumerable<JobId> ids)
    {
        if (call.Caller.Scope.IsAll)
        {
            return null;
        }

        var seen = new HashSet<JobId>();
        foreach (var some in ids.Distinct().Chunk(500))
        {
            seen.UnionWith((await call.Site.Store.GetAsync(some, call.Cancelled).ConfigureAwait(false))
                .Where(job => call.Caller.Scope.Sees(job.Queue, job.Type))
                .Select(job => job.Id));
        }

        return seen;
    }
}
