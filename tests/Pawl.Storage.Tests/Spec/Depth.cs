namespace Pawl.Storage.Tests;

public abstract partial class JobStoreSpec
{
    [Fact]
    public async Task The_depth_of_a_line_is_told_by_priority()
    {
        await EnqueueAllAsync(Enumerable.Repeat(Plain with { Priority = 20 }, 3));
        await EnqueueAllAsync(Enumerable.Repeat(Plain, 2));
        await EnqueueAllAsync(Enumerable.Repeat(Plain with { Priority = -7, Type = "report" }, 4));
        await EnqueueAsync(Plain with { RunAt = Now.AddHours(1) });
        var edited = await EnqueueAsync(Plain with { Priority = 1 });
        await Store.EditAsync(new EditRequest { Ids = [edited], Now = Now, Priority = 20 }, Ct);

        Assert.Equal(
            [
                new DepthRow("default", "mail", 20, 4), new DepthRow("default", "mail", 0, 2), new DepthRow("default", "report", -7, 4),
            ],
            await Store.DepthAsync(Ct));
    }

    [Fact]
    public async Task A_longer_line_is_counted_again_until_its_parts_are_known()
    {
        await EnqueueAllAsync(Enumerable.Repeat(Plain with { Priority = 20 }, 130));
        for (var n = 0; n < 2; n++)
        {
            await EnqueueAllAsync(Enumerable.Repeat(Plain with { Priority = 10 }, 60));
            await EnqueueAllAsync(Enumerable.Repeat(Plain, 70));
        }

        Assert.Equal(
            [
                new DepthRow("default", "mail", 20, 130), new DepthRow("default", "mail", 10, 120), new DepthRow("default", "mail", 0, 140),
            ],
            await Store.DepthAsync(Ct));
    }

    [Fact]
    public async Task Jobs_that_run_or_wait_for_a_key_are_no_depth()
    {
        await EnqueueAllAsync(Enumerable.Repeat(Plain with { Priority = 5 }, 6));
        await EnqueueAllAsync(Enumerable.Repeat(Plain, 6));
        Assert.Equal(8, (await ClaimAsync(await WorkerAsync(), 8)).Count);

        Assert.Equal([new DepthRow("default", "mail", 0, 4)], await Store.DepthAsync(Ct));
        await DrainAsync();
        Assert.Empty(await Store.DepthAsync(Ct));
    }

    // In run 27 of the simulator PostgreSQL told of a job in such a line, and SQLite did not.
    [Fact]
    public async Task A_line_in_which_a_job_once_waited_for_a_key_still_has_its_depth()
    {
        await EnqueueAllAsync(Enumerable.Repeat(Plain with { ConcurrencyKey = "repo" }, 2));
        var worker = await WorkerAsync();
        await EndAsync(Success(Assert.Single(await ClaimAsync(worker, 2))));
        await EndAsync(Success(Assert.Single(await ClaimAsync(worker, 2))));

        await EnqueueAsync();
        Assert.Equal([new DepthRow("default", "mail", 0, 1)], await Store.DepthAsync(Ct));
    }
}
