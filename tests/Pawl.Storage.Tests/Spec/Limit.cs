namespace Pawl.Storage.Tests;

public abstract partial class JobStoreSpec
{
    [Fact]
    public async Task A_queue_runs_no_more_jobs_at_once_than_its_limit()
    {
        await EnqueueAllAsync(Enumerable.Repeat(Plain, 3));
        await EnqueueAllAsync(Enumerable.Repeat(Plain with { Type = "report" }, 3));
        await LimitAsync(queue: "default", max: 2);
        var (one, two) = (await WorkerAsync(), await WorkerAsync());
        (string, string)[] lines = [("default", "mail"), ("default", "report")];

        var taken = await ClaimAsync(Ask(one, 10, lines));
        Assert.Equal(2, taken.Count);
        Assert.Empty(await ClaimAsync(Ask(two, 10, lines)));
        Assert.Empty(await ClaimAsync(Ask(two, 10, lines) with { Prefetch = 10, ExpressSlots = 10, ExpressFrom = -1000 }));

        await EndAsync(Success(taken[0]));
        Assert.Single(await ClaimAsync(Ask(two, 10, lines)));
        Assert.Equal(2, (await LineAsync()).QueueMaxRunning);
    }

    [Fact]
    public async Task A_queue_without_a_limit_again_gives_all_it_has()
    {
        await EnqueueAllAsync(Enumerable.Repeat(Plain, 5));
        await LimitAsync(queue: "default", max: 1);
        Assert.Single(await DrainAsync());

        await LimitAsync(queue: "default", max: null);

        Assert.Equal(4, (await DrainAsync()).Count);
        Assert.Null((await LineAsync()).QueueMaxRunning);
    }

    [Fact]
    public async Task A_lowered_limit_stops_nobody_and_gives_nothing_until_there_is_room()
    {
        await EnqueueAllAsync(Enumerable.Repeat(Plain, 5));
        var taken = await ClaimAsync(await WorkerAsync(), 3);
        await LimitAsync(queue: "default", max: 2);

        await EndAsync(Success(taken[0]));
        Assert.Empty(await DrainAsync());
        await EndAsync(Success(taken[1]));
        Assert.Single(await DrainAsync());
    }

    [Fact]
    public async Task A_concurrency_key_may_hold_more_than_one_job()
    {
        await LimitAsync(key: "repo", max: 2);
        await EnqueueAllAsync(Enumerable.Repeat(Plain with { ConcurrencyKey = "repo" }, 4));

        Assert.Equal(2, (await DrainAsync()).Count);
        Assert.Empty(await DrainAsync());
    }

    [Fact]
    public async Task A_raised_limit_of_a_key_lets_held_jobs_go()
    {
        await EnqueueAllAsync(Enumerable.Repeat(Plain with { ConcurrencyKey = "repo" }, 4));
        Assert.Single(await DrainAsync());
        Assert.Empty(await DrainAsync());

        await LimitAsync(key: "repo", max: 3);

        Assert.Equal(2, (await DrainAsync()).Count);
        Assert.Empty(await DrainAsync());
    }

    [Fact]
    public async Task A_key_without_a_limit_of_its_own_holds_one_job_again()
    {
        await LimitAsync(key: "repo", max: 2);
        await LimitAsync(key: "repo", max: null);
        await EnqueueAllAsync(Enumerable.Repeat(Plain with { ConcurrencyKey = "repo" }, 4));

        Assert.Single(await DrainAsync());
    }

    [Fact]
    public async Task A_lowered_limit_of_a_key_is_kept_once_jobs_end()
    {
        await LimitAsync(key: "repo", max: 2);
        await EnqueueAllAsync(Enumerable.Repeat(Plain with { ConcurrencyKey = "repo" }, 4));
        var taken = await ClaimAsync(await WorkerAsync(), 10);
        await LimitAsync(key: "repo", max: 1);

        await EndAsync(Success(taken[0]));
        Assert.Empty(await DrainAsync());
        await EndAsync(Success(taken[1]));
        Assert.Single(await DrainAsync());
    }

    [Fact]
    public async Task A_raised_limit_wakes_the_workers()
    {
        await EnqueueAllAsync(Enumerable.Repeat(Plain with { ConcurrencyKey = "repo" }, 2));
        Assert.Single(await DrainAsync());
        Assert.Empty(await DrainAsync());
        var heard = new List<int>();
        Store.Wakeups.Runnable += heard.Add;

        await LimitAsync(key: "repo", max: 2);

        Assert.NotEmpty(heard);
    }

    protected async Task LimitAsync(string? queue = null, string? key = null, int? max = null) =>
        await Store.LimitAsync(new LimitRequest(queue, key, max, Now), Ct);
}
