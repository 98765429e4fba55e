namespace Pawl.Storage.Tests;

public abstract partial class JobStoreSpec
{
    [Fact]
    public async Task A_bulk_operation_is_read_as_it_was_made()
    {
        await EnqueueAsync();
        var newest = await EnqueueAsync();
        var made = await MakeBulkAsync(BulkAction.Cancel);
        var named = await Store.MakeBulkAsync(
            new NewBulk
            {
                Action = BulkAction.Move,
                Ids = [newest, new JobId(1)],
                Params = new() { Queue = "slow", Grace = TimeSpan.FromSeconds(3), RunAt = Now },
                Scope = new() { Types = ["mail*"] },
                Max = 5,
                Total = 2,
                Now = Now,
            },
            Ct);

        Assert.Equal((1L, BulkAction.Cancel, "state:queued"), (made.Id, made.Action, made.Query));
        Assert.Equal((newest, BulkState.Running, 10L, 0L), (made.Newest, made.State, made.Total, made.Done));
        Assert.Equal(("ann", Now, null, null), (made.RequestedBy, made.CreatedAt, made.EndedAt, made.Reached));
        Assert.Equal(Show(made), Show(await Store.BulkAsync(made.Id, Ct)));
        Assert.Equal(Show(named), Show(await Store.BulkAsync(named.Id, Ct)));
        Assert.Equal(("slow", "mail*", newest), (named.Params.Queue, named.Scope.Types?[0], named.Ids?[0]));
        Assert.Equal([named.Id, made.Id], (await Store.BulksAsync(new(), Ct)).Select(one => one.Id));
        Assert.Equal([made.Id], (await Store.BulksAsync(new(Before: named.Id), Ct)).Select(one => one.Id));
        Assert.Equal([made.Id, named.Id], (await Store.BulksAsync(new(Running: true), Ct)).Select(one => one.Id));
        Assert.Null(await Store.BulkAsync(99, Ct));
    }

    [Fact]
    public async Task A_slice_changes_jobs_and_counts_them_in_one_go()
    {
        var (first, second) = (await EnqueueAsync(), await EnqueueAsync());
        var done = await SucceededAsync(Plain with { Type = "report" });
        var made = await MakeBulkAsync(BulkAction.Cancel);
        var slice = new BulkSlice
        {
            Id = made.Id,
            Term = await TermAsync(),
            Reached = first,
            Cancel = new() { Ids = [done, second], Now = Now, By = "ann" },
            Skipped = [new(first, "not_found")],
            Now = Now,
        };

        var after = await Store.AdvanceBulkAsync(slice, Ct);
        Assert.Equal((1L, 2L, 0L, first, BulkState.Running), (after?.Changed, after?.Skipped, after?.Failed, after?.Reached, after?.State));
        Assert.Equal([new BulkError(done, "already_final"), new BulkError(first, "not_found")], after?.Errors);
        Assert.Equal((JobState.Cancelled, JobState.Queued), (await StateAsync(second), await StateAsync(first)));

        var end = slice with { From = first, Reached = default, Cancel = null, Skipped = [], End = BulkState.Completed };
        var ended = await Store.AdvanceBulkAsync(end, Ct);
        Assert.Equal((BulkState.Completed, 3L, 3L, Now), (ended?.State, ended?.Total, ended?.Done, ended?.EndedAt));
    }

    [Fact]
    public async Task A_slice_with_a_parent_and_its_child_cancels_both_for_who_asked()
    {
        var parent = await EnqueueAsync(Plain with { Type = "parent" });
        var child = await EnqueueAsync(Plain with { ParentId = parent });
        var made = await MakeBulkAsync(BulkAction.Cancel);
        await Store.AdvanceBulkAsync(
            new()
            {
                Id = made.Id, Term = await TermAsync(), Reached = parent, Cancel = new() { Ids = [child, parent], Now = Now }, Now = Now,
            },
            Ct);

        Assert.Equal((JobState.Cancelled, EndReason.User), await EndOfAsync(parent));
        Assert.Equal((JobState.Cancelled, EndReason.User), await EndOfAsync(child));
    }

    [Fact]
    public async Task A_slice_is_done_once_and_only_for_the_leader()
    {
        var id = await EnqueueAsync();
        var made = await MakeBulkAsync(BulkAction.Cancel);
        var slice = new BulkSlice
        {
            Id = made.Id,
            Term = await TermAsync(),
            Reached = id,
            Cancel = new() { Ids = [id], Now = Now },
            Now = Now,
        };

        Assert.Null(await Store.AdvanceBulkAsync(slice with { Term = slice.Term + 1 }, Ct));
        Assert.Equal(JobState.Queued, await StateAsync(id));
        Assert.NotNull(await Store.AdvanceBulkAsync(slice, Ct));
        Assert.Null(await Store.AdvanceBulkAsync(slice, Ct));   // somebody has done it
        Assert.Equal(1, (await Store.BulkAsync(made.Id, Ct))?.Done);
    }

    [Fact]
    public async Task A_stopped_operation_goes_no_further()
    {
        var id = await EnqueueAsync();
        var made = await MakeBulkAsync(BulkAction.Cancel);

        var stopped = await Store.CancelBulkAsync(made.Id, "bob", Now, Ct);
        Assert.Equal((BulkState.Cancelled, Now, 0L), (stopped?.State, stopped?.EndedAt, stopped?.Total));
        var slice = new BulkSlice
        {
            Id = made.Id, Term = await TermAsync(), Reached = id, Cancel = new() { Ids = [id], Now = Now }, Now = Now,
        };
        Assert.Null(await Store.AdvanceBulkAsync(slice, Ct));
        Assert.Equal(JobState.Queued, await StateAsync(id));
        Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(Show(stopped), Show(await Store.CancelBulkAsync(made.Id, "bob", Now, Ct)));
        Assert.Null(await Store.CancelBulkAsync(99, null, Now, Ct));
    }

    [Theory]
    [InlineData(BulkAction.Retry)]
    [InlineData(BulkAction.Dismiss)]
    [InlineData(BulkAction.Delete)]
    [InlineData(BulkAction.Move)]
    public async Task A_slice_carries_out_its_command(BulkAction action)
    {
        var id = action == BulkAction.Move ? await EnqueueAsync() : await FailedAsync();
        var made = await MakeBulkAsync(action);
        var slice = new BulkSlice { Id = made.Id, Term = await TermAsync(), Reached = id, Now = Now };
        slice = action switch
        {
            BulkAction.Retry => slice with { Retry = new() { Ids = [id], Now = Now } },
            BulkAction.Dismiss => slice with { Dismiss = new([id], true, Now) },
            BulkAction.Delete => slice with { Purge = new([id], Now) },
            _ => slice with { Edit = new() { Ids = [id], Now = Now, Queue = "slow" } },
        };

        Assert.Equal(1, (await Store.AdvanceBulkAsync(slice, Ct))?.Changed);
        var job = (await Store.GetAsync([id], Ct)).SingleOrDefault();
        Assert.Equal(
            action switch
            {
                BulkAction.Retry => (JobState.Queued, false, "default"),
                BulkAction.Dismiss => (JobState.Failed, true, "default"),
                BulkAction.Delete => (null, null, null),
                _ => ((JobState?)JobState.Queued, (bool?)false, "slow"),
            },
            (job?.State, job is null ? null : job.DismissedAt is not null, job?.Queue));
    }

    private async Task<BulkOperation> MakeBulkAsync(BulkAction action) => await Store.MakeBulkAsync(
        new NewBulk { Action = action, Query = "state:queued", Max = 100, Total = 10, By = "ann", Now = Now }, Ct);
}
