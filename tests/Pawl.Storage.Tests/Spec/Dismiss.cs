namespace Pawl.Storage.Tests;

public abstract partial class JobStoreSpec
{
    [Fact]
    public async Task A_failure_can_be_taken_off_the_dead_list_and_put_back()
    {
        var id = await FailedAsync();
        Pass(TimeSpan.FromMinutes(1));

        Assert.Equal(new Changed(id, null, JobState.Failed), await DismissAsync(id));
        Assert.Equal((JobState.Failed, Now), ((await JobAsync(id)).State, (await JobAsync(id)).DismissedAt));
        Assert.Equal((1, 0), (Count(await LineAsync(), JobState.Failed), (await LineAsync()).Dead));
        var dismissed = (await EventsAsync(id))[^1];
        Assert.Equal((EventKind.Dismissed, "ann"), (dismissed.Kind, dismissed.Actor));

        Assert.Equal(new Changed(id, null, JobState.Failed), await DismissAsync(id, dismiss: false));
        Assert.Null((await JobAsync(id)).DismissedAt);
        Assert.Equal(1, (await LineAsync()).Dead);
        Assert.Equal(EventKind.Undismissed, (await KindsAsync(id))[^1]);
    }

    [Fact]
    public async Task To_dismiss_twice_counts_once()
    {
        var id = await FailedAsync();
        await FailedAsync();
        await DismissAsync(id);
        var first = (await JobAsync(id)).DismissedAt;
        Pass(TimeSpan.FromMinutes(1));
        await DismissAsync(id);

        Assert.Equal(first, (await JobAsync(id)).DismissedAt);
        Assert.Equal(1, (await LineAsync()).Dead);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Only_a_failure_can_be_dismissed(bool dismiss)
    {
        var queued = await EnqueueAsync(Plain with { Type = "other" });
        var (running, done) = ((await RunningAsync()).Lease.Job, await SucceededAsync());
        foreach (var id in new[] { queued, running, done })
        {
            var before = await PhotoAsync(id);

            Assert.Equal(new Changed(id, "not_dismissable", await StateAsync(id)), await DismissAsync(id, dismiss));
            Assert.Equal(before, await PhotoAsync(id));
        }

        Assert.Equal(new Changed(new JobId(987_654), "not_found", null), await DismissAsync(new JobId(987_654), dismiss));
    }

    [Fact]
    public async Task The_dead_list_is_what_nobody_dismissed()
    {
        var dead = await FailedAsync();
        var dismissed = await FailedAsync();
        await DismissAsync(dismissed);

        var open = await Store.ListAsync(new JobQuery { States = [JobState.Failed], Dismissed = false }, Ct);
        var closed = await Store.ListAsync(new JobQuery { States = [JobState.Failed], Dismissed = true }, Ct);

        Assert.Equal([dead], open.Jobs.Select(job => job.Id));
        Assert.Equal([dismissed], closed.Jobs.Select(job => job.Id));
    }
}
