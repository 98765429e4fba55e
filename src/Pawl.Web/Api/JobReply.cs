using Pawl.Web.Routing;
using Pawl.Web.Wire;

namespace Pawl.Web.Api;

/// <summary>Answers with jobs, and finds what a job does not know of itself: the top of its tree, and why it waits.</summary>
internal static class JobReply
{
    /// <summary>Answers with a job as it stands now.</summary>
    public static async Task WriteAsync(Call call, int status, Job job, bool? deduplicated = null) =>
        await WriteAsync(call, status, job, Words.Of(await BecauseAsync(call, job).ConfigureAwait(false)), deduplicated)
            .ConfigureAwait(false);

    /// <summary>Answers with a job that was just made. Many are made a second, so what may hold it up is as old as a second.</summary>
    public static async Task WriteMadeAsync(Call call, int status, Job job, bool deduplicated)
    {
        var standing = Standing.IsAsked([job]) ? await Standing.RecentAsync(call.Site, call.Cancelled).ConfigureAwait(false) : null;
        await WriteAsync(call, status, job, standing?.BecauseOf(job), deduplicated).ConfigureAwait(false);
    }

    private static async Task WriteAsync(Call call, int status, Job job, string? because, bool? deduplicated)
    {
        var roots = await RootsAsync(call, [job]).ConfigureAwait(false);
        call.Http.Response.Headers.ETag = $"\"{job.RowVersion}\"";
        await call.JsonAsync(status, json => JobJson.Write(
            json, job, call.Site.Types, roots[job.Id], because, null, deduplicated))
            .ConfigureAwait(false);
    }

    private static async Task<WhyCode?> BecauseAsync(Call call, Job job)
    {
        if (job.State != JobState.Queued)
        {
            return null;
        }

        try
        {
            return (await call.Site.Jobs.WhyAsync(job.Id, call.Cancelled).ConfigureAwait(false)).NotRunningBecause;
        }
        catch (PawlException fault) when (fault.Code == "not_found")
        {
            return null;   // it was removed just now
        }
    }

    /// <summary>Answers with a job of this number as it stands now.</summary>
    public static async Task WriteAsync(Call call, int status, JobId id, bool? deduplicated = null) =>
        await WriteAsync(
            call,
            status,
            await call.Site.Jobs.FindAsync(id, call.Cancelled).ConfigureAwait(false) ?? throw Call.NotFound(),
            deduplicated).ConfigureAwait(false);

    /// <summary>The top of the tree of each job.</summary>
    public static Task<IReadOnlyDictionary<JobId, JobId>> RootsAsync(Call call, IReadOnlyList<Job> jobs) =>
        Roots.OfAsync(call.Site.Store, jobs, call.Cancelled);

    /// <summary>Ends a call whose command was refused by the state of the job.</summary>
    public static async Task RefuseAsync(Call call, CommandResult result)
    {
        var job = await call.FindAsync(result.Id).ConfigureAwait(false);
        var code = Codes.Public(result.Refusal!);
        var other = result.Other is { } holder && await call.FindAsync(holder).ConfigureAwait(false) is not null ? result.Other : null;
        var said = other == result.Other
            ? result.Message
            : result.Message?.Replace($"job {result.Other}", "another job", StringComparison.Ordinal);
        (string, object?)[] extras = code switch
        {
            "not_retryable" => [("category", Words.Of(job?.Error?.Category)), ("rule", job?.Error?.Rule)],
            "unique_key_in_use" => other is null ? [] : [("job_id", other)],
            "row_version_mismatch" => [("row_version", job?.RowVersion)],
            "already_final" or "not_final" or "not_editable" => [("state", Words.Of(result.State))],
            _ => [],
        };
        throw code == "not_found"
            ? Call.NotFound()
            : new ProblemException(code, said ?? "The job stands where that cannot be done.", extras);
    }
}
