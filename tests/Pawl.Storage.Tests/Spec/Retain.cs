namespace Pawl.Storage.Tests;

public abstract partial class JobStoreSpec
{
    [Fact]
    public async Task Ended_jobs_are_kept_seven_days_and_failures_thirty()
    {
        var (succeeded, failed) = (await SucceededAsync(), await FailedAsync());
        var cancelled = await EnqueueAsync();
        await CancelAsync(cancelled);

        Pass(TimeSpan.FromDays(6));
        Assert.Equal(0, await RetainAllAsync());
        Pass(TimeSpan.FromDays(2));
        Assert.Equal(2, await RetainAllAsync());
        Assert.Equal([failed], (await Store.GetAsync([succeeded, failed, cancelled], Ct)).Select(job => job.Id));
        Pass(TimeSpan.FromDays(23));
        Assert.Equal(1, await RetainAllAsync());
        Assert.Empty(await Store.GetAsync([failed], Ct));
    }

    [Fact]
    public async Task Open_jobs_are_kept_for_ever()
    {
        var queued = await EnqueueAsync(Plain with { Type = "other" });
        var scheduled = await EnqueueAsync(Plain with { RunAt = Now.AddDays(1000) });
        var blocked = await EnqueueAsync(Plain with { RequiresApproval = true });
        var running = (await RunningAsync()).Lease.Job;
        Pass(TimeSpan.FromDays(400));

        Assert.Equal(0, await RetainAllAsync());
        Assert.Equal(4, (await Store.GetAsync([queued, scheduled, blocked, running], Ct)).Count);
    }

    [Fact]
    public async Task A_job_is_kept_from_its_end_not_from_its_creation()
    {
        var running = await RunningAsync();
        Pass(TimeSpan.FromDays(8));
        await EndAsync(Success(running));

        Assert.Equal(0, await RetainAllAsync());
        Pass(TimeSpan.FromDays(8));
        Assert.Equal(1, await RetainAllAsync());
    }

    [Fact]
    public async Task A_type_may_have_a_rule_of_its_own()
    {
        var brief = await SucceededAsync(Plain with { Type = "brief" });
        var usual = await SucceededAsync();
        Pass(TimeSpan.FromHours(2));
        var request = await RetainRequestAsync();

        var removed = await RetainAllAsync(request with
        {
            Types = new Dictionary<string, (TimeSpan, TimeSpan)> { ["brief"] = (TimeSpan.FromHours(1), TimeSpan.FromHours(1)) },
        });

        Assert.Equal(1, removed);
        Assert.Equal([usual], (await Store.GetAsync([brief, usual], Ct)).Select(job => job.Id));
    }

    [Fact]
    public async Task A_young_or_open_job_never_hides_the_old_ones_behind_it()
    {
        var open = await EnqueueAsync(Plain with { Type = "other" });
        var kept = await FailedAsync();
        for (var n = 0; n < 5; n++)
        {
            await SucceededAsync();
        }

        Pass(TimeSpan.FromDays(8));

        Assert.Equal(5, await RetainAllAsync((await RetainRequestAsync()) with { Count = 1 }));
        Assert.Equal(2, (await Store.GetAsync([open, kept], Ct)).Count);
    }

    [Fact]
    public async Task Only_the_leader_of_the_term_may_remove()
    {
        var id = await SucceededAsync();
        Pass(TimeSpan.FromDays(100));
        var term = await TermAsync();

        foreach (var wrong in new[] { term - 1, term + 1 })
        {
            var reply = await Store.RetainAsync(new RetainRequest { Term = wrong, Now = Now }, Ct);
            Assert.Equal((false, 0), (reply.Accepted, reply.Removed));
        }

        Assert.Equal(JobState.Succeeded, await StateAsync(id));
    }

    [Fact]
    public async Task What_retention_removes_is_gone_with_all_it_held()
    {
        var running = await RunningAsync(Keyed());
        var id = running.Lease.Job;
        await SaveAsync(new AttemptSave { Lease = running.Lease, Log = Json("{}\n"), Artifacts = [Blob("a", Json("x"))] });
        await EndAsync(Success(running));
        Pass(TimeSpan.FromDays(8));

        await RetainAllAsync();

        Assert.Empty(await AttemptsAsync(id));
        Assert.Empty(await Store.ArtifactsAsync(id, Ct));
        Assert.Equal(0, Count(await LineAsync(), JobState.Succeeded));
        Assert.False(Assert.Single(await EnqueueAllAsync(Keyed())).Deduplicated);
        Assert.Equal(Settled.Gone, (await SettleAsync(Failure(running))).What);
    }

    protected async Task<RetainRequest> RetainRequestAsync() => new() { Term = await TermAsync(), Now = Now };

    /// <summary>Walks over all slices, as the leader does.</summary>
    protected async Task<int> RetainAllAsync(RetainRequest? request = null)
    {
        request ??= await RetainRequestAsync();
        var removed = 0;
        for (var slice = 0; slice < 100; slice++)
        {
            var reply = await Store.RetainAsync(request, Ct);
            Assert.True(reply.Accepted);
            removed += reply.Removed;
            if (reply.Next is not { } next)
            {
                return removed;
            }

            request = request with { After = next };
        }

        throw new InvalidOperationException("Retention did not come to an end in 100 slices.");
    }
}
