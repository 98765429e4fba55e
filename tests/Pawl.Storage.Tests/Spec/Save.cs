namespace Pawl.Storage.Tests;

public abstract partial class JobStoreSpec
{
    [Fact]
    public async Task Progress_is_stored_with_its_time()
    {
        var job = await RunningAsync();
        Pass(TimeSpan.FromSeconds(1));

        var reply = await SaveAsync(new AttemptSave
        {
            Lease = job.Lease,
            Progress = new JobProgress { Total = 240, Done = 96, Failed = 1, Skipped = 12, Message = "page 5" },
        });
        var progress = (await JobAsync(job.Lease.Job)).Progress;

        Assert.Equal((Settled.Done, false), (reply.What, reply.CheckpointOlder));
        Assert.NotNull(progress);
        Assert.Equal((240, 96, 1, 12, "page 5"), (progress.Total, progress.Done, progress.Failed, progress.Skipped, progress.Message));
        Assert.Equal(Now, progress.UpdatedAt);
    }

    [Fact]
    public async Task Progress_is_no_change_of_definition_or_state()
    {
        var job = await RunningAsync();
        var before = (await JobAsync(job.Lease.Job)).RowVersion;

        await SaveAsync(new AttemptSave { Lease = job.Lease, Progress = new JobProgress { Done = 1 } });

        Assert.Equal(before, (await JobAsync(job.Lease.Job)).RowVersion);
    }

    [Fact]
    public async Task What_is_done_never_falls_within_a_generation()
    {
        var job = await RunningAsync();
        await SaveAsync(new AttemptSave { Lease = job.Lease, Progress = new JobProgress { Done = 40, Total = 100 } });
        await SaveAsync(new AttemptSave { Lease = job.Lease, Progress = new JobProgress { Done = 30, Total = 100, Message = "again" } });

        var progress = (await JobAsync(job.Lease.Job)).Progress;

        Assert.Equal((40, "again"), (progress?.Done, progress?.Message));
    }

    [Fact]
    public async Task The_version_of_a_checkpoint_rises_by_one()
    {
        var job = await RunningAsync();

        Assert.Equal(1, (await CheckpointAsync(job, "1")).CheckpointVersion);
        Assert.Equal(2, (await CheckpointAsync(job, "2", version: 2)).CheckpointVersion);
        Assert.Equal(3, (await CheckpointAsync(job, "3")).CheckpointVersion);

        var kept = (await JobAsync(job.Lease.Job)).Checkpoint;
        Assert.Equal((3, 1, "3", Now), (kept?.Version, kept?.Attempt, Text(kept?.Data ?? default), kept?.SavedAt));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public async Task A_checkpoint_that_is_not_the_next_is_refused_with_all_that_came_along(int version)
    {
        var job = await RunningAsync();
        await CheckpointAsync(job, "1");
        await CheckpointAsync(job, "2");
        var before = await PhotoAsync(job.Lease.Job);

        var reply = await SaveAsync(new AttemptSave
        {
            Lease = job.Lease,
            Checkpoint = new NewCheckpoint(Json("9"), Version: version),
            Progress = new JobProgress { Done = 7 },
            Log = Json("{\"message\":\"x\"}\n"),
            Items = [new ItemResult { Dataset = "d", Key = "k", Outcome = ItemOutcome.Succeeded }],
            Children = [Plain],
        });

        Assert.Equal((true, 2), (reply.CheckpointOlder, reply.CheckpointVersion));
        Assert.Equal(before, await PhotoAsync(job.Lease.Job));
        Assert.Equal([null], await Store.ItemsAsync("d", ["k"], Ct));
    }

    [Fact]
    public async Task A_save_without_a_checkpoint_answers_the_version_of_the_last()
    {
        var job = await RunningAsync();
        Assert.Equal(0, (await SaveAsync(new AttemptSave { Lease = job.Lease, Progress = new JobProgress() })).CheckpointVersion);
        await CheckpointAsync(job, "1");

        Assert.Equal(1, (await SaveAsync(new AttemptSave { Lease = job.Lease, Progress = new JobProgress() })).CheckpointVersion);
    }

    [Fact]
    public async Task The_version_of_a_checkpoint_rises_over_attempts()
    {
        var first = await RunningAsync();
        await CheckpointAsync(first, "1");
        await EndAsync(Release(first));
        var second = await ClaimOneAsync();

        var reply = await CheckpointAsync(second, "2", version: 2);

        Assert.Equal((Settled.Done, 2), (reply.What, reply.CheckpointVersion));
        Assert.Equal(2, (await JobAsync(second.Lease.Job)).Checkpoint?.Attempt);
    }

    [Theory]
    [InlineData("retry")]
    [InlineData("snooze")]
    [InlineData("release")]
    [InlineData("loss")]
    [InlineData("failure and retry by hand")]
    public async Task Checkpoint_and_progress_survive(string what)
    {
        var worker = await WorkerAsync();
        var job = await RunningAsync(worker: worker);
        await SaveAsync(new AttemptSave
        {
            Lease = job.Lease,
            Checkpoint = new NewCheckpoint(Json("41"), 1, CursorKind.Unsorted, "k"),
            Progress = new JobProgress { Done = 41, Total = 100 },
        });

        switch (what)
        {
            case "retry": await EndAsync(Again(job, TimeSpan.Zero)); break;
            case "snooze": await EndAsync(Snooze(job, delay: TimeSpan.Zero)); break;
            case "release": await EndAsync(Release(job)); break;
            case "loss": await LoseAsync(worker); break;
            default:
                await EndAsync(Failure(job));
                Assert.Null((await RetryAsync(job.Lease.Job)).Refusal);
                break;
        }

        await PromoteAsync();
        var next = await ClaimOneAsync();
        Assert.Equal((1, "41"), (next.Checkpoint?.Version, Text(next.Checkpoint?.Data ?? default)));
        Assert.Equal((41, 100), (next.Progress?.Done, next.Progress?.Total));
    }

    [Fact]
    public async Task A_checkpoint_of_one_megabyte_comes_back()
    {
        var job = await RunningAsync();
        var data = Json($"\"{new string('c', 1_048_574)}\"");

        await SaveAsync(new AttemptSave { Lease = job.Lease, Checkpoint = new NewCheckpoint(data) });

        Assert.Equal(data, (await JobAsync(job.Lease.Job)).Checkpoint?.Data.ToArray());
    }

    [Fact]
    public async Task Children_belong_to_the_job_that_made_them()
    {
        var job = await RunningAsync();
        var wanted = Plain with { Type = "child", Trigger = Trigger.Parent };

        var reply = await SaveAsync(new AttemptSave { Lease = job.Lease, Children = [wanted, wanted with { RunAt = Now.AddHours(1) }] });

        Assert.NotNull(reply.Children);
        Assert.Equal([JobState.Queued, JobState.Scheduled], reply.Children.Select(child => child.State));
        var page = await Store.ListAsync(new JobQuery { Parent = job.Lease.Job, Ascending = true }, Ct);
        Assert.Equal(reply.Children.Select(child => child.Id), page.Jobs.Select(child => child.Id));
        Assert.All(page.Jobs, child => Assert.Equal((job.Lease.Job, Trigger.Parent), (child.ParentId, child.Trigger)));
    }

    [Fact]
    public async Task A_keyed_child_that_is_made_again_by_the_next_attempt_is_the_same_child()
    {
        var first = await RunningAsync();
        var child = Keyed("child-1") with { Type = "child" };
        var made = Assert.Single((await SaveAsync(new AttemptSave { Lease = first.Lease, Children = [child] })).Children!);
        await EndAsync(Release(first));
        var second = await ClaimOneAsync();

        var again = Assert.Single((await SaveAsync(new AttemptSave { Lease = second.Lease, Children = [child] })).Children!);

        Assert.Equal((made.Id, true), (again.Id, again.Deduplicated));
    }

    [Fact]
    public async Task A_refused_child_refuses_the_whole_save()
    {
        var job = await RunningAsync();
        var before = await PhotoAsync(job.Lease.Job);

        var reply = await SaveAsync(new AttemptSave
        {
            Lease = job.Lease,
            Progress = new JobProgress { Done = 7 },
            Checkpoint = new NewCheckpoint(Json("7")),
            Log = Json("{}\n"),
            Children = [Plain, Plain with { DependsOn = [new Dependency(new JobId(987_654))] }],
        });

        Assert.Equal((1, "dependency_missing"), (reply.ChildRefusal?.Index, reply.ChildRefusal?.Code));
        Assert.Equal(before, await PhotoAsync(job.Lease.Job));
    }

    [Fact]
    public async Task Lines_for_people_become_events_of_the_job()
    {
        var job = await RunningAsync();

        await SaveAsync(new AttemptSave
        {
            Lease = job.Lease,
            Facts = [new Fact(EventKind.Notice, job.Lease.Job, "worker", "half", "Half way there", """{"n":1}""")],
        });

        var notice = Assert.Single(await EventsAsync(job.Lease.Job), record => record.Kind == EventKind.Notice);
        Assert.Equal((1, "half", "Half way there", """{"n":1}"""), (notice.Attempt, notice.Reason, notice.Title, notice.Data));
    }

    [Fact]
    public async Task Many_attempts_save_in_one_call_and_each_stands_or_falls_alone()
    {
        var worker = await WorkerAsync();
        await EnqueueAllAsync(Plain, Plain, Plain);
        var jobs = await ClaimAsync(worker, 3);
        await EndAsync(Success(jobs[1]));

        var replies = await Store.SaveAsync(
            [.. jobs.Select((job, n) => new AttemptSave { Lease = job.Lease, Progress = new JobProgress { Done = n + 1 } })], Now, Ct);

        Assert.Equal([Settled.Done, Settled.LeaseLost, Settled.Done], replies.Select(reply => reply.What));
        Assert.Equal((JobState.Succeeded, 1), (replies[1].State, replies[1].Attempt));
        Assert.Equal(1, (await JobAsync(jobs[0].Lease.Job)).Progress?.Done);
        Assert.Null((await JobAsync(jobs[1].Lease.Job)).Progress);
        Assert.Equal(3, (await JobAsync(jobs[2].Lease.Job)).Progress?.Done);
    }

    [Fact]
    public async Task One_attempt_may_save_twice_in_one_call()
    {
        var job = await RunningAsync();

        var replies = await Store.SaveAsync(
            [
                new AttemptSave { Lease = job.Lease, Checkpoint = new NewCheckpoint(Json("1")), Log = Json("{\"n\":1}\n") },
                new AttemptSave { Lease = job.Lease, Checkpoint = new NewCheckpoint(Json("2")), Log = Json("{\"n\":2}\n") },
            ],
            Now,
            Ct);

        Assert.Equal([1, 2], replies.Select(reply => reply.CheckpointVersion));
        Assert.Equal("{\"n\":1}\n{\"n\":2}\n", Text((await Store.LogAsync(new LogQuery(job.Lease.Job), Ct)).Text));
    }

    [Fact]
    public async Task A_job_that_was_asked_to_stop_may_still_save()
    {
        var job = await RunningAsync();
        await CancelAsync(job.Lease.Job);

        Assert.Equal(Settled.Done, (await CheckpointAsync(job, "7")).What);
        Assert.Equal("7", Text((await JobAsync(job.Lease.Job)).Checkpoint?.Data ?? default));
    }

    [Fact]
    public async Task All_that_a_save_brings_is_stored_together()
    {
        var job = await RunningAsync();

        await SaveAsync(new AttemptSave
        {
            Lease = job.Lease,
            Progress = new JobProgress { Done = 1 },
            Checkpoint = new NewCheckpoint(Json("1")),
            Items = [new ItemResult { Dataset = "d", Key = "k", Outcome = ItemOutcome.Succeeded }],
            Log = Json("{}\n"),
            Artifacts = [Blob("a.txt", Json("hello"))],
            Children = [Plain with { Type = "child" }],
            Facts = [new Fact(EventKind.Notice, job.Lease.Job, Title: "so far")],
        });

        var stored = await JobAsync(job.Lease.Job);
        Assert.Equal((1, 1), (stored.Progress?.Done, stored.Checkpoint?.Version));
        Assert.NotNull(Assert.Single(await Store.ItemsAsync("d", ["k"], Ct)));
        Assert.Equal("{}\n", Text((await Store.LogAsync(new LogQuery(stored.Id), Ct)).Text));
        Assert.Single(await Store.ArtifactsAsync(stored.Id, Ct));
        Assert.Single((await Store.ListAsync(new JobQuery { Parent = stored.Id }, Ct)).Jobs);
        Assert.Contains(EventKind.Notice, await KindsAsync(stored.Id));
    }

    protected async Task<SaveReply> CheckpointAsync(Claimed job, string data, int? version = null) =>
        await SaveAsync(new AttemptSave { Lease = job.Lease, Checkpoint = new NewCheckpoint(Json(data), Version: version) });
}
