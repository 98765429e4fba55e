using Microsoft.Extensions.DependencyInjection;
using Pawl.Client;
using Pawl.Maintenance;
using Pawl.Storage;
using Pawl.Testing;

namespace Pawl.Tests.Maintenance;

public sealed class BulkWorkTests
{
    [Fact]
    public async Task An_operation_is_carried_out_in_slices_and_touches_only_jobs_that_were_there()
    {
        await using var here = await Installation.OpenAsync();
        for (var n = 0; n < 450; n++)
        {
            await here.EnqueueAsync();
        }

        var bulk = Of(here);
        var made = await bulk.StartAsync(Request(BulkAction.Cancel, "state:queued"), Installation.Cancelled);
        var late = await here.EnqueueAsync();
        Assert.Equal((450L, 0L, BulkState.Running), (made.Total, made.Done, made.State));

        var (work, term) = await WorkAsync(here);
        Assert.Equal(TimeSpan.Zero, await work.StepAsync(term, Installation.Cancelled));
        var after = await bulk.FindAsync(made.Id, Installation.Cancelled);
        Assert.Equal((200L, BulkState.Running), (after?.Changed, after?.State));

        // One who knows nothing of it goes on where it stands.
        work = new(here.Store, new(), here.Clock);
        for (var steps = 0; steps < 3; steps++)
        {
            await work.StepAsync(term, Installation.Cancelled);
        }

        var done = await bulk.FindAsync(made.Id, Installation.Cancelled);
        Assert.Equal((450L, 450L, BulkState.Completed), (done?.Total, done?.Changed, done?.State));
        Assert.Equal(JobState.Queued, (await here.JobAsync(late)).State);
        Assert.True(await work.StepAsync(term, Installation.Cancelled) > TimeSpan.Zero);
    }

    [Fact]
    public async Task A_preview_says_what_would_be_changed_and_what_not_and_changes_nothing()
    {
        await using var here = await Installation.OpenAsync();
        var worker = await here.WorkerAsync();
        var soft = await here.FailedAsync(worker);
        await here.FailedAsync(worker, ErrorCategory.InvalidInput);
        await here.EnqueueAsync();
        var bulk = Of(here);

        var preview = await bulk.PreviewAsync(Request(BulkAction.Retry, "id:*"), Installation.Cancelled);
        Assert.Equal((3L, false, 1L), (preview.Matched, preview.MatchedIsMinimum, preview.WouldChange));
        Assert.Equal([("not_final", 1L), ("not_retryable", 1L)], preview.WouldSkip.Select(skip => (skip.Key, skip.Value)));
        Assert.Equal([soft], preview.Sample);
        Assert.Equal(JobState.Failed, (await here.JobAsync(soft)).State);

        var forced = Request(BulkAction.Retry, "state:failed") with { Params = new() { Force = true } };
        Assert.Equal(2, (await bulk.PreviewAsync(forced, Installation.Cancelled)).WouldChange);
    }

    [Fact]
    public async Task Jobs_named_by_number_are_done_and_those_that_are_gone_are_said()
    {
        await using var here = await Installation.OpenAsync();
        var (one, other) = (await here.EnqueueAsync(), await here.EnqueueAsync());
        var bulk = Of(here);
        var request = new BulkRequest
        {
            Action = BulkAction.Move, Ids = [one, new JobId(4711), other, one], Params = new() { Queue = "slow" }, By = "ann",
        };
        var made = await bulk.StartAsync(request, Installation.Cancelled);
        var (work, term) = await WorkAsync(here);
        await work.StepAsync(term, Installation.Cancelled);

        var done = await bulk.FindAsync(made.Id, Installation.Cancelled);
        Assert.Equal((BulkState.Completed, 2L, 1L), (done?.State, done?.Changed, done?.Skipped));
        Assert.Equal([new BulkError(new JobId(4711), "not_found")], done?.Errors);
        Assert.Equal(("slow", "slow"), ((await here.JobAsync(one)).Queue, (await here.JobAsync(other)).Queue));
    }

    [Fact]
    public async Task More_jobs_than_were_expected_or_are_allowed_are_refused_with_their_number()
    {
        await using var here = await Installation.OpenAsync();
        for (var n = 0; n < 3; n++)
        {
            await here.EnqueueAsync();
        }

        var bulk = Of(here);
        foreach (var request in new[]
        {
            Request(BulkAction.Cancel, "state:queued") with { Expected = 2 },
            Request(BulkAction.Cancel, "state:queued") with { Max = 2 },
            Request(BulkAction.Cancel, "newer:1h") with { Max = 2 },
        })
        {
            var error = await Assert.ThrowsAsync<PawlException>(() => bulk.StartAsync(request, Installation.Cancelled));
            Assert.Equal(("bulk_too_many", 3L), (error.Code, error.Data["matched"]));
        }

        Assert.Empty(await bulk.ListAsync(cancellationToken: Installation.Cancelled));
        await bulk.StartAsync(Request(BulkAction.Cancel, "state:queued") with { Expected = 3, Max = 3 }, Installation.Cancelled);
    }

    [Theory]
    [InlineData("", null, "required")]
    [InlineData(null, null, "required")]
    [InlineData("state:done", null, "filter_invalid")]
    [InlineData("state:queued", 5_000, "out_of_range")]
    public async Task A_bad_request_is_refused(string? query, int? priority, string code)
    {
        await using var here = await Installation.OpenAsync();
        var request = new BulkRequest { Action = BulkAction.Reprioritise, Query = query, Params = new() { Priority = priority ?? 1 } };
        var error = await Assert.ThrowsAsync<PawlException>(() => Of(here).StartAsync(request, Installation.Cancelled));
        Assert.Equal(code, error.Code);
    }

    [Theory]
    [InlineData(BulkAction.Reprioritise, "required")]
    [InlineData(BulkAction.Reschedule, "required")]
    [InlineData(BulkAction.Move, "required")]
    public async Task An_action_that_lacks_its_parameter_is_refused(BulkAction action, string code)
    {
        await using var here = await Installation.OpenAsync();
        var error = await Assert.ThrowsAsync<PawlException>(() => Of(here).StartAsync(Request(action, "id:*"), Installation.Cancelled));
        Assert.Equal(code, error.Code);
    }

    [Fact]
    public async Task A_parameter_of_another_action_is_refused()
    {
        await using var here = await Installation.OpenAsync();
        var request = Request(BulkAction.Cancel, "id:*") with { Params = new() { Priority = 3 } };
        var error = await Assert.ThrowsAsync<PawlException>(() => Of(here).StartAsync(request, Installation.Cancelled));
        Assert.Equal("unknown_field", error.Code);
    }

    [Fact]
    public async Task A_stopped_operation_keeps_what_it_has_done()
    {
        await using var here = await Installation.OpenAsync();
        for (var n = 0; n < 300; n++)
        {
            await here.EnqueueAsync();
        }

        var bulk = Of(here);
        var made = await bulk.StartAsync(Request(BulkAction.Cancel, "state:queued"), Installation.Cancelled);
        var (work, term) = await WorkAsync(here);
        await work.StepAsync(term, Installation.Cancelled);
        await bulk.CancelAsync(made.Id, "bob", Installation.Cancelled);
        await work.StepAsync(term, Installation.Cancelled);

        var stopped = await bulk.FindAsync(made.Id, Installation.Cancelled);
        Assert.Equal((BulkState.Cancelled, 200L), (stopped?.State, stopped?.Changed));
        Assert.Equal(100, (await here.Store.CountAsync(new(), Installation.Cancelled)).States[(int)JobState.Queued]);
        Assert.Equal("not_found", (await Assert.ThrowsAsync<PawlException>(() => bulk.CancelAsync(99, null, Installation.Cancelled))).Code);
    }

    [Fact]
    public async Task The_age_of_a_job_is_that_of_the_time_the_operation_was_made()
    {
        await using var here = await Installation.OpenAsync();
        var young = await here.EnqueueAsync();
        var bulk = Of(here);
        await bulk.StartAsync(Request(BulkAction.Cancel, "older:1h"), Installation.Cancelled);
        here.Clock.Advance(TimeSpan.FromHours(2));
        var (work, term) = await WorkAsync(here);
        await work.StepAsync(term, Installation.Cancelled);
        Assert.Equal(JobState.Queued, (await here.JobAsync(young)).State);
    }

    [Fact]
    public async Task An_operation_outlives_a_restart_and_is_carried_out_by_whoever_leads_then()
    {
        await using var test = await PawlTest.StartAsync(pawl => { }, cancellationToken: Installation.Cancelled);
        var drafts = Enumerable.Repeat(new JobDraft("nobody", "{}"u8.ToArray()), 600).ToList();
        await test.Jobs.EnqueueManyAsync(drafts, Installation.Cancelled);
        var made = await test.Services.GetRequiredService<IBulk>().StartAsync(
            Request(BulkAction.Cancel, "type:nobody"), Installation.Cancelled);
        await test.RestartAsync(Installation.Cancelled);
        await test.RunUntilIdleAsync(Installation.Cancelled);
        for (var waits = 0; waits < 10 && await EndedAsync() is null; waits++)
        {
            await test.AdvanceAsync(TimeSpan.FromSeconds(5), Installation.Cancelled);
        }

        Assert.Equal((BulkState.Completed, 600L), (await EndedAsync())!.Value);

        async Task<(BulkState State, long Changed)?> EndedAsync() =>
            await test.Services.GetRequiredService<IBulk>().FindAsync(made.Id, Installation.Cancelled) is { EndedAt: not null } ended
                ? (ended.State, ended.Changed)
                : null;
    }

    private static BulkRequest Request(BulkAction action, string? query) => new() { Action = action, Query = query, By = "ann" };

    private static Bulk Of(Installation here) => new(here.Store, new JobTypes([]), here.Clock);

    private static async Task<(BulkWork Work, long Term)> WorkAsync(Installation here)
    {
        var settings = new ChoreSettings();
        var leader = await here.LeaderAsync(settings, await here.WorkerAsync());
        return (new(here.Store, settings, here.Clock), leader.Term!.Value);
    }
}
