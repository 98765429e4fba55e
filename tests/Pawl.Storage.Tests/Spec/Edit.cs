namespace Pawl.Storage.Tests;

public abstract partial class JobStoreSpec
{
    [Fact]
    public async Task An_edit_changes_what_it_names_and_nothing_else()
    {
        var id = await EnqueueAsync(Plain with { Priority = 1, MaxAttempts = 3, Tags = new Dictionary<string, string> { ["a"] = "1" } });
        var before = await JobAsync(id);

        var changed = await EditAsync(Edit(id) with { Priority = 90, MaxAttempts = 7, StartBy = Now.AddHours(1) });
        var after = await JobAsync(id);

        Assert.Equal(new Changed(id, null, JobState.Queued), changed);
        Assert.Equal((90, 7, Now.AddHours(1)), (after.Priority, after.MaxAttempts, after.StartBy));
        Assert.Equal(90, after.PriorityReasons.Sum(reason => reason.Points));
        Assert.Equal(before.RowVersion + 1, after.RowVersion);
        Assert.Equal(
            Show(before),
            Show(after with { Priority = 1, PriorityReasons = [], MaxAttempts = 3, StartBy = null, RowVersion = before.RowVersion }));
        var edited = (await EventsAsync(id))[^1];
        Assert.Equal((EventKind.Edited, "ann"), (edited.Kind, edited.Actor));
    }

    [Fact]
    public async Task The_limit_to_start_by_can_be_taken_away()
    {
        var id = await EnqueueAsync(Plain with { StartBy = Now.AddHours(1) });

        Assert.Equal(new Changed(id, null, JobState.Queued), await EditAsync(Edit(id) with { ClearStartBy = true }));

        Assert.Null((await JobAsync(id)).StartBy);
        Pass(TimeSpan.FromHours(2));
        await PromoteAsync();
        Assert.Equal(JobState.Queued, (await JobAsync(id)).State);
    }

    [Fact]
    public async Task A_raised_priority_counts_at_the_next_claim()
    {
        await EnqueueAsync();
        var second = await EnqueueAsync();
        await EditAsync(Edit(second) with { Priority = 5 });

        Assert.Equal(second, (await ClaimOneAsync()).Lease.Job);
    }

    [Fact]
    public async Task A_raised_priority_wakes_the_workers()
    {
        var id = await EnqueueAsync();
        var heard = new List<int>();
        Store.Wakeups.Runnable += heard.Add;

        await EditAsync(Edit(id) with { Priority = 50 });

        Assert.Contains(50, heard);
    }

    [Fact]
    public async Task A_job_can_be_moved_to_another_queue()
    {
        var id = await EnqueueAsync();

        await EditAsync(Edit(id) with { Queue = "slow" });

        Assert.Empty(await DrainAsync());
        Assert.Equal((0, 1), (Count(await LineAsync(), JobState.Queued), Count(await LineAsync("slow"), JobState.Queued)));
        Assert.Equal(id, (await ClaimOneAsync(queue: "slow")).Lease.Job);
    }

    [Fact]
    public async Task A_queued_job_can_be_postponed()
    {
        var id = await EnqueueAsync();

        Assert.Equal(new Changed(id, null, JobState.Scheduled), await EditAsync(Edit(id) with { RunAt = Now.AddMinutes(5) }));

        var job = await JobAsync(id);
        Assert.Equal((JobState.Scheduled, WaitReason.Delay, Now.AddMinutes(5)), (job.State, job.WaitReason, job.RunAt));
        Assert.Empty(await DrainAsync());
        Pass(TimeSpan.FromMinutes(5));
        await PromoteAsync();
        Assert.Equal([id], await DrainAsync());
    }

    [Fact]
    public async Task A_scheduled_job_can_be_made_due_at_once()
    {
        var id = await EnqueueAsync(Plain with { RunAt = Now.AddHours(5) });

        Assert.Equal(new Changed(id, null, JobState.Queued), await EditAsync(Edit(id) with { RunAt = Now.AddDays(-1) }));

        Assert.Equal((JobState.Queued, null), ((await JobAsync(id)).State, (await JobAsync(id)).WaitReason));
        Assert.Equal([id], await DrainAsync());
        Pass(TimeSpan.FromHours(6));
        Assert.Equal(0, (await PromoteAsync()).Due);
    }

    [Fact]
    public async Task A_scheduled_job_can_be_moved_in_time()
    {
        var id = await EnqueueAsync(Plain with { RunAt = Now.AddHours(5) });

        await EditAsync(Edit(id) with { RunAt = Now.AddHours(1) });

        Assert.Equal(Now.AddHours(1), (await PromoteAsync()).NextAt);
        Pass(TimeSpan.FromHours(1));
        await PromoteAsync();
        Assert.Equal([id], await DrainAsync());
    }

    [Fact]
    public async Task A_blocked_job_can_be_edited_but_not_rescheduled()
    {
        var id = await EnqueueAsync(Plain with { RequiresApproval = true });
        Assert.Null((await EditAsync(Edit(id) with { Priority = 5, Queue = "slow" })).Refusal);
        var before = await PhotoAsync(id);

        Assert.Equal(new Changed(id, "not_editable", JobState.Blocked), await EditAsync(Edit(id) with { RunAt = Now.AddHours(1) }));
        Assert.Equal(before, await PhotoAsync(id));
        await ApproveAsync(id);
        var claimed = await ClaimOneAsync(queue: "slow");
        Assert.Equal((id, 5), (claimed.Lease.Job, claimed.Priority));
    }

    [Fact]
    public async Task A_running_job_cannot_be_edited_but_tagged()
    {
        var id = (await RunningAsync()).Lease.Job;
        var before = await PhotoAsync(id);

        foreach (var edit in new[]
        {
            Edit(id) with { Priority = 5 },
            Edit(id) with { Queue = "slow" },
            Edit(id) with { RunAt = Now.AddHours(1) },
            Edit(id) with { StartBy = Now.AddHours(1) },
            Edit(id) with { MaxAttempts = 9 },
        })
        {
            Assert.Equal(new Changed(id, "not_editable", JobState.Running), await EditAsync(edit));
        }

        Assert.Equal(before, await PhotoAsync(id));
        Assert.Null((await EditAsync(Edit(id) with { Tags = new Dictionary<string, string> { ["x"] = "1" } })).Refusal);
        Assert.Equal("1", (await JobAsync(id)).Tags["x"]);
    }

    [Fact]
    public async Task An_ended_job_can_be_tagged()
    {
        var id = await SucceededAsync(Plain with { Tags = new Dictionary<string, string> { ["old"] = "1" } });

        Assert.Null((await EditAsync(Edit(id) with { Tags = new Dictionary<string, string> { ["new"] = "2" } })).Refusal);

        Assert.Equal("2", Assert.Single((await JobAsync(id)).Tags).Value);
        Assert.Equal("not_editable", (await EditAsync(Edit(id) with { Priority = 5 })).Refusal);
    }

    [Fact]
    public async Task An_edit_of_an_older_version_is_refused()
    {
        var id = await EnqueueAsync();
        var seen = (await JobAsync(id)).RowVersion;
        Assert.Null((await EditAsync(Edit(id) with { RowVersion = seen, Priority = 5 })).Refusal);
        var before = await PhotoAsync(id);

        Assert.Equal("row_version_mismatch", (await EditAsync(Edit(id) with { RowVersion = seen, Priority = 6 })).Refusal);
        Assert.Equal(before, await PhotoAsync(id));
        Assert.Null((await EditAsync(Edit(id) with { RowVersion = seen + 1, Priority = 6 })).Refusal);
    }

    [Fact]
    public async Task Every_change_of_state_is_a_new_version()
    {
        var id = await EnqueueAsync();
        var versions = new List<int> { (await JobAsync(id)).RowVersion };
        var claimed = await ClaimOneAsync();
        versions.Add((await JobAsync(id)).RowVersion);
        await EndAsync(Failure(claimed));
        versions.Add((await JobAsync(id)).RowVersion);
        await DismissAsync(id);
        versions.Add((await JobAsync(id)).RowVersion);
        await RetryAsync(id);
        versions.Add((await JobAsync(id)).RowVersion);

        Assert.Equal(versions.Order(), versions);
        Assert.Equal(versions.Count, versions.Distinct().Count());
    }

    [Fact]
    public async Task A_job_that_is_not_there_cannot_be_edited()
    {
        Assert.Equal(new Changed(new JobId(987_654), "not_found", null), await EditAsync(Edit(new JobId(987_654)) with { Priority = 1 }));
    }

    [Fact]
    public async Task Many_jobs_are_edited_in_one_call_and_each_stands_alone()
    {
        var (one, two) = (await EnqueueAsync(), await EnqueueAsync());
        var done = await SucceededAsync(Plain with { Type = "done" });

        var changed = await Store.EditAsync(Edit(one) with { Ids = [one, done, two], Priority = 33 }, Ct);

        Assert.Equal([null, "not_editable", null], changed.Select(job => job.Refusal));
        Assert.Equal((33, 33), ((await JobAsync(one)).Priority, (await JobAsync(two)).Priority));
    }

    [Fact]
    public async Task A_job_held_for_its_key_can_be_edited_and_moved()
    {
        var holder = await RunningAsync(Plain with { ConcurrencyKey = "repo" });
        var held = await EnqueueAsync(Plain with { ConcurrencyKey = "repo" });
        Assert.Empty(await DrainAsync());

        Assert.Null((await EditAsync(Edit(held) with { Queue = "slow", Priority = 7 })).Refusal);

        Assert.Empty(await ClaimAsync(Ask(await WorkerAsync(), 1, ("slow", "mail"))));
        await EndAsync(Success(holder));
        var claimed = await ClaimOneAsync(queue: "slow");
        Assert.Equal((held, 7), (claimed.Lease.Job, claimed.Priority));
    }

    [Fact]
    public async Task A_job_held_for_its_key_can_be_postponed()
    {
        var holder = await RunningAsync(Plain with { ConcurrencyKey = "repo" });
        var held = await EnqueueAsync(Plain with { ConcurrencyKey = "repo" });
        Assert.Empty(await DrainAsync());

        await EditAsync(Edit(held) with { RunAt = Now.AddHours(1) });
        await EndAsync(Success(holder));

        Assert.Empty(await DrainAsync());
        Assert.Equal((JobState.Scheduled, null), ((await JobAsync(held)).State, (await JobAsync(held)).Held));
        Pass(TimeSpan.FromHours(1));
        await PromoteAsync();
        Assert.Equal([held], await DrainAsync());
    }
}
