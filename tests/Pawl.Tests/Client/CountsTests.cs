using Pawl.Testing;
using Pawl.Tests.Running;

namespace Pawl.Tests.Client;

public sealed class CountsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Counts_by_state_type_and_queue_are_exact_and_others_say_that_they_are_not_bounded()
    {
        await using var test = await StartAsync();
        await EnqueueAsync(test, "a", 3);
        await EnqueueAsync(test, "b", 2, "slow");

        Assert.Equal((5L, false), Queued(await test.Jobs.CountsAsync(cancellationToken: Token)));
        Assert.Equal((2L, false), Queued(await test.Jobs.CountsAsync("queue:slow", cancellationToken: Token)));
        Assert.Equal((3L, false), Queued(await test.Jobs.CountsAsync("type:a state:live", cancellationToken: Token)));
        Assert.Equal((0L, false), Queued(await test.Jobs.CountsAsync("state:failed", cancellationToken: Token)));
        Assert.Equal((3L, false), Queued(await test.Jobs.CountsAsync("args.n:7 type:a", cancellationToken: Token)));
        Assert.Equal((3L, false), Queued(await test.Jobs.CountsAsync(null, new() { Types = ["a*"] }, Token)));
        var error = await Assert.ThrowsAsync<PawlException>(() => test.Jobs.CountsAsync("state:x", cancellationToken: Token));
        Assert.Equal("filter_invalid", error.Code);
    }

    [Fact]
    public async Task A_list_takes_a_query_an_order_and_a_scope_and_knows_its_length()
    {
        await using var test = await StartAsync();
        await EnqueueAsync(test, "a", 3);
        await EnqueueAsync(test, "b", 2, "slow");

        var page = await test.Jobs.ListAsync(new() { Query = "type:a", Limit = 2, Sort = JobSort.Priority, Ascending = true }, Token);
        Assert.Equal((2, 3L, false), (page.Jobs.Count, page.ApproxTotal, page.Partial));
        Assert.True(JobPosition.TryParse(page.Next?.ToString(), out var next));
        page = await test.Jobs.ListAsync(
            new() { Query = "type:a", Limit = 2, Sort = JobSort.Priority, Ascending = true, After = next }, Token);
        Assert.Single(page.Jobs);
        Assert.Null(page.Next);
        Assert.Empty((await test.Jobs.ListAsync(new() { Query = "type:a", Scope = new() { Queues = ["slow"] } }, Token)).Jobs);
    }

    [Fact]
    public async Task A_job_says_why_it_does_not_run()
    {
        await using var test = await StartAsync();
        var unknown = (await EnqueueAsync(test, "nobody", 1))[0];
        await test.Jobs.PauseQueueAsync("slow", "key:ann", "deploy", Token);
        var paused = (await EnqueueAsync(test, "b", 2, "slow"))[1];
        var later = (await test.Jobs.EnqueueAsync(new Say("later"), new() { Delay = TimeSpan.FromHours(1) }, Token)).Id;
        var waits = (await test.Jobs.EnqueueAsync(new Say("after"), new() { After = later }, Token)).Id;
        var approval = (await test.Jobs.EnqueueAsync(new Say("yes"), new() { RequiresApproval = true }, Token)).Id;
        await test.Jobs.CancelAsync(approval, cancellationToken: Token);

        var why = await test.Jobs.WhyAsync(unknown, Token);
        Assert.Equal((JobState.Queued, WhyCode.UnknownType), (why.State, why.NotRunningBecause));

        why = await test.Jobs.WhyAsync(paused, Token);
        Assert.Equal(WhyCode.QueuePaused, why.NotRunningBecause);
        Assert.Equal([WhyCode.QueuePaused, WhyCode.UnknownType, WhyCode.Behind], why.Reasons.Select(reason => reason.Code));
        Assert.Equal(
            ("Queue slow is paused", "by key:ann: deploy", "queues/slow"),
            (why.Reasons[0].Title, why.Reasons[0].Detail, why.Reasons[0].Href));
        Assert.Equal(1, why.Reasons[2].JobsAhead);

        Assert.Equal(WhyCode.DueLater, Assert.Single((await test.Jobs.WhyAsync(later, Token)).Reasons).Code);
        Assert.Equal(WhyCode.Dependency, Assert.Single((await test.Jobs.WhyAsync(waits, Token)).Reasons).Code);
        Assert.Equal(WhyCode.Ended, Assert.Single((await test.Jobs.WhyAsync(approval, Token)).Reasons).Code);
        Assert.Equal("not_found", (await Assert.ThrowsAsync<PawlException>(() => test.Jobs.WhyAsync(new(4711), Token))).Code);
    }

    private static (long Queued, bool Estimated) Queued(JobCounts counts) => (counts.Counts[JobState.Queued], counts.Estimated);

    private static async Task<IReadOnlyList<JobId>> EnqueueAsync(PawlTest test, string type, int count, string queue = "default")
    {
        var drafts = Enumerable.Repeat(new JobDraft(type, "{\"n\":7}"u8.ToArray(), new() { Queue = queue }), count);
        return [.. (await test.Jobs.EnqueueManyAsync([.. drafts], Token)).Select(result => result.Id)];
    }

    private static Task<PawlTest> StartAsync() => Stage.StartAsync((_, _, _) => Task.CompletedTask);
}
