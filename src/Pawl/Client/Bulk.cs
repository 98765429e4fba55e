using Pawl.Queries;
using Pawl.Storage;

namespace Pawl.Client;

/// <summary>Makes and shows bulk operations. The chore of the leader carries them out.</summary>
internal sealed class Bulk(IJobStore store, JobTypes types, TimeProvider clock) : IBulk
{
    private const int PageSize = 500;
    private const int MostInSample = 20;
    private static readonly TimeSpan MostLook = TimeSpan.FromSeconds(2);

    public async Task<BulkPreview> PreviewAsync(BulkRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var (began, now) = (clock.GetTimestamp(), clock.GetUtcNow());
        request = BulkRules.Checked(request, now);
        var query = QueryOf(request, now) with { Limit = PageSize };
        var (matched, minimum, change) = (0L, false, 0L);
        var skip = new SortedDictionary<string, long>(StringComparer.Ordinal);
        var sample = new List<JobId>();
        for (JobPosition? after = null; ;)
        {
            var page = await PageAsync(request, query with { After = after }, cancellationToken);
            foreach (var job in page.Jobs)
            {
                matched++;
                if (BulkRules.Refusal(request.Action, request.Params, job) is { } code)
                {
                    skip[code] = skip.GetValueOrDefault(code) + 1;
                }
                else if (++change <= MostInSample)
                {
                    sample.Add(job.Id);
                }
            }

            after = page.Next;
            minimum = after is not null && (matched > request.Max || clock.GetElapsedTime(began) > MostLook);
            if (after is null || minimum)
            {
                return new(matched, minimum, change, skip, sample);
            }
        }
    }

    public async Task<BulkOperation> StartAsync(BulkRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var now = clock.GetUtcNow();
        request = BulkRules.Checked(request, now);
        var (matched, whole) = await CountAsync(request, now, cancellationToken);
        if (matched > request.Max || matched > request.Expected)
        {
            var error = new PawlException(
                "bulk_too_many",
                $"{(whole ? "" : "At least ")}{matched} jobs match, but "
                + (matched > request.Max ? $"the operation may touch {request.Max}. " : $"{request.Expected} were expected. ")
                + "Look at them again, narrow the query, or allow more with max.");
            error.Data["matched"] = matched;
            throw error;
        }

        return await store.MakeBulkAsync(
            new()
            {
                Action = request.Action,
                Query = request.Query,
                Ids = request.Ids,
                Params = request.Params,
                Scope = request.Scope,
                Max = whole ? request.Max : Math.Min(request.Max, request.Expected ?? request.Max),
                Total = matched,
                By = request.By,
                Now = now,
            },
            cancellationToken);
    }

    public async Task<BulkOperation?> FindAsync(long id, CancellationToken cancellationToken = default) =>
        await store.BulkAsync(id, cancellationToken);

    public async Task<IReadOnlyList<BulkOperation>> ListAsync(
        long? before = null, int limit = 50, CancellationToken cancellationToken = default) =>
        await store.BulksAsync(new(before, Bounds.Between(limit, 1, 500, "The length of a page")), cancellationToken);

    public async Task<BulkOperation> CancelAsync(long id, string? by = null, CancellationToken cancellationToken = default) =>
        await store.CancelBulkAsync(id, Names.Short(by, Names.MaxName, "A name of who asks"), clock.GetUtcNow(), cancellationToken)
        ?? throw new PawlException("not_found", $"There is no bulk operation {id}, or it was removed.");

    private async ValueTask<(long Matched, bool Whole)> CountAsync(
        BulkRequest request, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var query = QueryOf(request, now);
        if (request.Ids is not null)
        {
            return ((await PageAsync(request, query, cancellationToken)).Jobs.Count, true);
        }

        if ((await store.ListAsync(query with { Limit = 1 }, cancellationToken)).Total is { } total)
        {
            return (total, true);
        }

        var tally = await store.CountAsync(query, cancellationToken);
        return (tally.States.Sum(), !tally.Partial);
    }

    private async ValueTask<JobPage> PageAsync(BulkRequest request, JobQuery query, CancellationToken cancellationToken)
    {
        if (request.Ids is not { } ids)
        {
            return await store.ListAsync(query, cancellationToken);
        }

        var jobs = await store.GetAsync(ids, cancellationToken);
        return new([.. jobs.Where(job => request.Scope.Sees(job.Queue, job.Type))], null);
    }

    private JobQuery QueryOf(BulkRequest request, DateTimeOffset now) => new()
    {
        Where = Query.Parse(request.Query), Now = now, Facts = QueryFacts.Of(types), Scope = request.Scope,
    };
}
