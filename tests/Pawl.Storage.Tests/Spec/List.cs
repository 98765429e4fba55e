namespace Pawl.Storage.Tests;

public abstract partial class JobStoreSpec
{
    [Fact]
    public async Task A_list_walks_over_every_job_once_newest_first()
    {
        var ids = (await EnqueueAllAsync(Enumerable.Repeat(Plain, 23))).Select(job => job.Id).ToList();

        Assert.Equal(Enumerable.Reverse(ids), await WalkAsync(new JobQuery { Limit = 5 }));
        Assert.Equal(ids, await WalkAsync(new JobQuery { Limit = 5, Ascending = true }));
    }

    [Fact]
    public async Task A_full_last_page_has_nothing_behind_it()
    {
        await EnqueueAllAsync(Enumerable.Repeat(Plain, 4));

        Assert.Equal(4, (await WalkAsync(new JobQuery { Limit = 2 })).Count);
        Assert.Equal(4, (await WalkAsync(new JobQuery { Limit = 4 })).Count);
        Assert.Empty(await WalkAsync(new JobQuery { Type = "nobody" }));
    }

    [Fact]
    public async Task A_job_that_is_there_during_the_whole_walk_is_seen_once_whatever_comes_and_goes()
    {
        var ids = (await EnqueueAllAsync(Enumerable.Repeat(Plain, 10))).Select(job => job.Id).ToList();
        var seen = new List<JobId>();
        var page = await Store.ListAsync(new JobQuery { Limit = 3 }, Ct);
        seen.AddRange(page.Jobs.Select(job => job.Id));
        while (page.Next is { } next)
        {
            await EnqueueAsync();
            await DrainAsync(1);
            page = await Store.ListAsync(new JobQuery { Limit = 3, After = next }, Ct);
            seen.AddRange(page.Jobs.Select(job => job.Id));
        }

        Assert.Equal(Enumerable.Reverse(ids), seen);
    }

    [Fact]
    public async Task A_list_keeps_to_all_its_conditions()
    {
        var parent = await EnqueueAsync(Plain with { Type = "parent" });
        var mail = await EnqueueAsync();
        var report = await EnqueueAsync(Plain with { Type = "report", Queue = "slow" });
        var child = await EnqueueAsync(Plain with { ParentId = parent });
        var later = await EnqueueAsync(Plain with { RunAt = Now.AddHours(1) });
        var blocked = await EnqueueAsync(Plain with { RequiresApproval = true, Queue = "slow" });
        var failed = await FailedAsync(Plain with { Type = "broken" });

        Assert.Equal([later, child, mail], await WalkAsync(new JobQuery { Queue = "default", Type = "mail" }));
        Assert.Equal([blocked, report], await WalkAsync(new JobQuery { Queue = "slow" }));
        Assert.Equal([report], await WalkAsync(new JobQuery { Type = "report" }));
        Assert.Equal([child], await WalkAsync(new JobQuery { Parent = parent }));
        Assert.Equal([later], await WalkAsync(new JobQuery { States = [JobState.Scheduled] }));
        Assert.Equal([failed, blocked], await WalkAsync(new JobQuery { States = [JobState.Blocked, JobState.Failed] }));
        Assert.Equal([child, report, mail, parent], await WalkAsync(new JobQuery { States = [JobState.Queued], Limit = 2 }));
        Assert.Equal([blocked], await WalkAsync(new JobQuery { States = [JobState.Blocked], Queue = "slow", Type = "mail" }));
        Assert.Empty(await WalkAsync(new JobQuery { States = [JobState.Running], Queue = "slow" }));
    }

    [Fact]
    public async Task Jobs_can_be_listed_by_who_asked_and_by_their_labels()
    {
        var tags = new Dictionary<string, string> { ["repository"] = "a/b", ["size"] = "small" };
        var wanted = await EnqueueAsync(Plain with { Trigger = Trigger.Manual, Tags = tags });
        var nightly = await EnqueueAsync(Plain with { Trigger = Trigger.Schedule, Tags = tags });
        var other = await EnqueueAsync(
            Plain with { Trigger = Trigger.Manual, Tags = new Dictionary<string, string> { ["repository"] = "a/c" } });
        var bare = await EnqueueAsync(Plain with { Trigger = Trigger.Manual });
        var done = await SucceededAsync(Plain with { Type = "done", Trigger = Trigger.Manual, Tags = tags });
        var repository = new Dictionary<string, string> { ["repository"] = "a/b" };

        Assert.Equal([done, bare, other, wanted], await WalkAsync(new JobQuery { Trigger = Trigger.Manual, Limit = 1 }));
        Assert.Equal([done, nightly, wanted], await WalkAsync(new JobQuery { Tags = repository }));
        Assert.Equal(
            [wanted], await WalkAsync(new JobQuery { Trigger = Trigger.Manual, Tags = repository, States = [JobState.Queued] }));
        Assert.Equal([nightly], await WalkAsync(new JobQuery { Trigger = Trigger.Schedule, Tags = tags }));
        Assert.Empty(await WalkAsync(new JobQuery { Tags = new Dictionary<string, string> { ["repository"] = "A/B" } }));
        Assert.Empty(await WalkAsync(new JobQuery { Tags = new Dictionary<string, string> { ["a/b"] = "repository" } }));
    }

    [Theory]
    [InlineData(JobState.Scheduled)]
    [InlineData(JobState.Blocked)]
    [InlineData(JobState.Queued)]
    [InlineData(JobState.Running)]
    [InlineData(JobState.Succeeded)]
    [InlineData(JobState.Failed)]
    [InlineData(JobState.Cancelled)]
    public async Task Jobs_can_be_listed_by_each_state(JobState state)
    {
        var ids = new Dictionary<JobState, JobId>();
        foreach (var each in Enum.GetValues<JobState>())
        {
            ids[each] = await InStateAsync(each, Plain with { Type = Words.Of(each) });
        }

        Assert.Equal([ids[state]], await WalkAsync(new JobQuery { States = [state] }));
    }

    private async Task<IReadOnlyList<JobId>> WalkAsync(JobQuery query)
    {
        var ids = new List<JobId>();
        for (var pages = 0; pages < 100; pages++)
        {
            var page = await Store.ListAsync(query, Ct);
            Assert.True(page.Jobs.Count <= query.Limit);
            ids.AddRange(page.Jobs.Select(job => job.Id));
            if (page.Next is not { } next)
            {
                return ids;
            }

            query = query with { After = next };
        }

        throw new InvalidOperationException("The list did not come to an end in 100 pages.");
    }
}
