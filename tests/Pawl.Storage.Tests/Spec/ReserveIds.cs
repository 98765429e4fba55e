namespace Pawl.Storage.Tests;

public abstract partial class JobStoreSpec
{
    [Fact]
    public async Task A_reserved_number_is_given_to_no_other_job()
    {
        var first = await EnqueueAsync();
        var reserved = await Store.ReserveIdsAsync(3, Ct);
        var next = await EnqueueAllAsync(Plain, Plain);

        Assert.Equal(6, reserved.Concat(next.Select(job => job.Id)).Append(first).Distinct().Count());
        Assert.Empty(await Store.GetAsync(reserved, Ct));
    }

    [Fact]
    public async Task A_job_sent_twice_under_a_reserved_number_is_stored_once()
    {
        var ids = await Store.ReserveIdsAsync(2, Ct);
        var later = await EnqueueAsync();

        var first = await EnqueueAllAsync(Plain with { Id = ids[1] }, Plain with { Id = ids[0], RequiresApproval = true });
        var again = await EnqueueAllAsync(Plain with { Id = ids[1] }, Plain with { Id = ids[0], RequiresApproval = true });

        Assert.Equal([new(ids[1], false, JobState.Queued), new(ids[0], false, JobState.Blocked)], first);
        Assert.Equal(first.Select(job => job with { Deduplicated = true }), again);
        Assert.Equal(2, Count(await LineAsync(), JobState.Queued));
        Assert.Equal([later, ids[1], ids[0]], (await EventsAsync()).Select(one => one.JobId!.Value));
        Assert.Equal([ids[1], later], (await DrainAsync()).Order());
    }

    [Fact]
    public async Task A_reserved_number_whose_key_another_job_holds_is_never_used()
    {
        var keyed = Plain with { UniqueKey = "a", BodyHash = new byte[32] };
        var holder = await EnqueueAsync(keyed);
        var reserved = Assert.Single(await Store.ReserveIdsAsync(1, Ct));

        Assert.Equal(new(holder, true, JobState.Queued), Assert.Single(await EnqueueAllAsync(keyed with { Id = reserved })));
        Assert.Empty(await Store.GetAsync([reserved], Ct));
    }
}
