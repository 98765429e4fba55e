using Pawl.Storage;
using Pawl.Web.Routing;
using Pawl.Web.Wire;

namespace Pawl.Web.Api;

/// <summary>Which types a job may have: those of this program, and those a worker announced in the last 30 days.</summary>
internal static class KnownTypes
{
    private static readonly TimeSpan Remembered = TimeSpan.FromDays(30);

    /// <summary>Refuses jobs of types that nobody knows, or that the caller may not see.</summary>
    /// <param name="call">The request.</param>
    /// <param name="drafts">The jobs.</param>
    /// <param name="pointer">Where each is.</param>
    /// <exception cref="ProblemException"><c>type_unknown</c>, <c>forbidden</c>, <c>dependency_missing</c>.</exception>
    /// <exception cref="PawlException"><c>dependency_missing</c>, which <see cref="Dependencies"/> gives its pointer.</exception>
    public static async Task<bool> CheckAsync(Call call, IReadOnlyList<JobDraft> drafts, Func<int, string> pointer)
    {
        var scope = call.Caller.Scope;
        HashSet<string>? announced = null;
        var sound = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < drafts.Count; i++)
        {
            var (type, options) = (drafts[i].Type, drafts[i].Options!);
            var queue = options.Queue ?? call.Site.Types.Find(type)?.Queue ?? "default";
            if (sound.Add($"{type}\n{queue}"))
            {
                if (call.Site.Types.Find(type) is null)
                {
                    announced ??= await AnnouncedAsync(call).ConfigureAwait(false);
                }

                if (!scope.SeesType(type) || (call.Site.Types.Find(type) is null && !announced!.Contains(type)))
                {
                    announced ??= await AnnouncedAsync(call).ConfigureAwait(false);
                    throw Unknown(type, pointer(i), call.Site.Types.All.Select(one => one.Name).Concat(announced)
                        .Where(name => scope.SeesType(name)));
                }

                if (!scope.Sees(queue, type))
                {
                    throw new ProblemException(
                        "forbidden", $"This key may not create jobs in the queue {Shown.Text(queue)}.", ("needs", $"queue {queue}"));
                }
            }

            await CheckRelativesAsync(call, options, pointer(i), i).ConfigureAwait(false);
        }

        return true;
    }

    private static async Task<HashSet<string>> AnnouncedAsync(Call call) =>
        [.. (await call.Site.Store.TypesAsync(call.Now - Remembered, call.Cancelled).ConfigureAwait(false)).Select(known => known.Type)];

    /// <summary>Parents are looked for here, and of a limited caller's dependencies only those that he may see exist.</summary>
    private static async Task CheckRelativesAsync(Call call, EnqueueOptions options, string pointer, int index)
    {
        if (options.Parent is { } parent && await call.FindAsync(parent).ConfigureAwait(false) is null)
        {
            throw Missing($"{pointer}/parent_id", parent);
        }

        if (call.Caller.Scope.IsAll || options.DependsOn.Count == 0)
        {
            return;
        }

        var ids = options.DependsOn.Select(dependency => dependency.On).ToList();
        var seen = (await call.Site.Store.GetAsync(ids, call.Cancelled).ConfigureAwait(false))
            .Where(job => call.Caller.Scope.Sees(job.Queue, job.Type))
            .Select(job => job.Id)
            .ToHashSet();
        if (ids.FindIndex(id => !seen.Contains(id)) is var at and >= 0)
        {
            // As the engine says it of one that is nowhere.
            throw new PawlException("dependency_missing", Sentence(ids[at]), job: ids[at]) { Data = { [Refusals.Index] = index } };
        }
    }

    private static ProblemException Missing(string pointer, JobId id) => Fields.Fault(pointer, "dependency_missing", Sentence(id));

    private static string Sentence(JobId id) => $"It depends on job {id}, which is not there. Name a job that exists. Nothing was stored.";

    private static ProblemException Unknown(string type, string pointer, IEnumerable<string> known)
    {
        var near = Nearest.Of(type, known.Distinct());
        return new(new Problem("type_unknown", $"No type {Shown.Text(type)}.{Nearest.Question(near)}")
        {
            Errors = [new($"{pointer}/type", "type_unknown", "not registered")],
            Extras = [("nearest", near)],
        });
    }
}
