using Pawl.Queries;

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

    [Theory]
    [InlineData("state:queued")]
    [InlineData("state:live")]
    [InlineData("state:ended")]
    [InlineData("-state:succeeded")]
    [InlineData("state:failed,running")]
    [InlineData("state:succeeded type:mail")]
    [InlineData("is:dead")]
    [InlineData("is:dismissed")]
    [InlineData("is:cancelling")]
    [InlineData("is:rerun")]
    [InlineData("is:stuck")]
    [InlineData("type:mail")]
    [InlineData("type:re*")]
    [InlineData("-type:mail queue:slow,default")]
    [InlineData("queue:slow state:queued")]
    [InlineData("id:3,5,9000")]
    [InlineData("id:1*")]
    [InlineData("-id:3")]
    [InlineData("parent:1")]
    [InlineData("parent:1,2 state:queued")]
    [InlineData("unique:k1")]
    [InlineData("unique:k*")]
    [InlineData("worker:*")]
    [InlineData("by:ann")]
    [InlineData("tag:repo")]
    [InlineData("tag.repo:acme*")]
    [InlineData("-tag:repo")]
    [InlineData("trigger:manual")]
    [InlineData("wait:delay")]
    [InlineData("block:approval")]
    [InlineData("end:user")]
    [InlineData("category:network")]
    [InlineData("retryable:true")]
    [InlineData("code:http_*")]
    [InlineData("fingerprint:9c1f0b7e")]
    [InlineData("priority:>0")]
    [InlineData("attempt:1")]
    [InlineData("older:90m")]
    [InlineData("newer:90m")]
    [InlineData("ended:<90m")]
    [InlineData("started:>1s")]
    [InlineData("run_at:>2026-03-02T12:30Z")]
    [InlineData("stuck:1h")]
    [InlineData("args.n:3")]
    [InlineData("args.to:a@*")]
    [InlineData("gateway")]
    [InlineData("k1")]
    [InlineData("state:failed type:mail -tag:repo")]
    [InlineData("batch:7")]
    public async Task A_query_finds_what_looking_at_each_job_finds(string text)
    {
        await VarietyAsync();
        var where = Query.Parse(text);
        var all = (await Store.ListAsync(new JobQuery { Limit = 1_000 }, Ct)).Jobs;
        var fit = all.Where(job => where.Matches(job, Now)).ToList();

        var query = new JobQuery { Where = where, Now = Now, Limit = 2 };
        Assert.Equal(fit.Select(job => job.Id), await WalkAsync(query));
        Assert.Equal(fit.Select(job => job.Id).Order(), await WalkAsync(query with { Ascending = true }));
        foreach (var sort in Enum.GetValues<JobSort>())
        {
            Assert.Equal(
                fit.OrderByDescending(job => Key(job, sort, false)).ThenByDescending(job => job.Id).Select(job => job.Id),
                await WalkAsync(query with { Sort = sort, Limit = 3 }));
            Assert.Equal(
                fit.OrderBy(job => Key(job, sort, true)).ThenBy(job => job.Id).Select(job => job.Id),
                await WalkAsync(query with { Sort = sort, Ascending = true, Limit = 3 }));
        }

        var tally = await Store.CountAsync(query, Ct);
        Assert.Equal(Enum.GetValues<JobState>().Select(state => fit.LongCount(job => job.State == state)), tally.States);
        Assert.Equal(fit.LongCount(job => job is { State: JobState.Running, CancelRequestedAt: not null }), tally.Cancelling);
        Assert.Equal(fit.LongCount(job => job is { State: JobState.Failed, DismissedAt: null }), tally.Dead);
        Assert.False(tally.Partial);
    }

    [Fact]
    public async Task What_is_outside_a_scope_is_neither_listed_nor_counted()
    {
        await VarietyAsync();
        var scope = new Scope { Queues = ["slow"], Types = ["re*"] };
        var query = new JobQuery { Scope = scope, Limit = 2 };
        var all = (await Store.ListAsync(new JobQuery { Limit = 1_000 }, Ct)).Jobs;
        var inside = all.Where(job => job is { Queue: "slow", Type: "report" }).Select(job => job.Id).ToList();

        Assert.NotEmpty(inside);
        Assert.Equal(inside, await WalkAsync(query));
        Assert.Equal(inside.Count, (await Store.CountAsync(query, Ct)).States.Sum());
        Assert.Equal(inside.Count, (await Store.ListAsync(query, Ct)).Total);
        Assert.Empty(await WalkAsync(query with { Where = Query.Parse("id:1") }));
    }

    [Fact]
    public async Task A_list_of_states_queues_and_types_knows_how_long_it_is()
    {
        await VarietyAsync();
        var all = (await Store.ListAsync(new JobQuery { Limit = 1_000 }, Ct)).Jobs;

        Assert.Equal(all.Count, (await TotalAsync("")));
        Assert.Equal(all.Count(job => job.State == JobState.Failed), await TotalAsync("state:failed"));
        Assert.Equal(all.Count(job => job is { Type: "mail", Queue: "default" }), await TotalAsync("type:mail queue:default"));
        Assert.Null(await TotalAsync("tag:repo"));

        async Task<long?> TotalAsync(string text) =>
            (await Store.ListAsync(new JobQuery { Where = Query.Parse(text), Now = Now, Limit = 1 }, Ct)).Total;
    }

    private static long Key(Job job, JobSort sort, bool ascending) => sort switch
    {
        JobSort.Priority => job.Priority,
        JobSort.RunAt => job.RunAt.UtcTicks,
        JobSort.CreatedAt => job.CreatedAt.UtcTicks,
        JobSort.EndedAt => job.EndedAt?.UtcTicks ?? (ascending ? long.MaxValue : long.MinValue),
        _ => 0,
    };

    /// <summary>Jobs in every state, with something of everything to ask about.</summary>
    private async Task VarietyAsync()
    {
        var parent = await EnqueueAsync(Plain with { Type = "parent", Queue = "slow", Priority = 7 });
        foreach (var state in Enum.GetValues<JobState>())
        {
            await InStateAsync(state, Plain with { Type = $"plain.{Words.Of(state)}" });
            await InStateAsync(state, Plain with
            {
                Type = $"rich.{Words.Of(state)}",
                Queue = "slow",
                Tags = new Dictionary<string, string> { ["repo"] = "acme/app", ["n"] = "1" },
                Trigger = Trigger.Manual,
                RequestedBy = "ann",
                UniqueKey = $"k{(int)state}",
                Payload = Json($$"""{"n":{{(int)state}},"to":"b"}"""),
            });
            Pass(TimeSpan.FromMinutes(20));
        }

        await EnqueueAllAsync(Enumerable.Repeat(Plain, 5));
        await EnqueueAllAsync(Enumerable.Repeat(Plain with { Type = "report", Queue = "slow" }, 3));
        await EnqueueAsync(Plain with { ParentId = parent, RerunOf = parent });
        await DismissAsync(await FailedAsync(Plain with { Type = "gone" }));
        await CancelAsync((await RunningAsync(Plain with { Type = "stopping" })).Lease.Job);
        var done = Ask(await WorkerAsync(), 3);
        await Store.SettleAsync([.. (await ClaimAsync(done)).Select(claimed => Success(claimed))], Now, Ct);
        await ClaimAsync(Ask(await WorkerAsync(), 1));
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
