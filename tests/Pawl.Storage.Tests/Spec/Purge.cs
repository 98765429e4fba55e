namespace Pawl.Storage.Tests;

public abstract partial class JobStoreSpec
{
    [Theory]
    [InlineData(JobState.Succeeded)]
    [InlineData(JobState.Failed)]
    [InlineData(JobState.Cancelled)]
    public async Task A_purged_job_is_gone_with_all_it_held(JobState state)
    {
        var running = await RunningAsync();
        var id = running.Lease.Job;
        await SaveAsync(new AttemptSave
        {
            Lease = running.Lease,
            Checkpoint = new NewCheckpoint(Json("1")),
            Log = Json("{}\n"),
            Artifacts = [Blob("a.txt", Json("hello"))],
        });
        await CancelAsync(id);
        await EndAsync(state switch
        {
            JobState.Succeeded => Success(running),
            JobState.Failed => Failure(running),
            _ => Stopped(running),
        });

        Assert.Null((await PurgeAsync(id)).Refusal);

        Assert.Empty(await Store.GetAsync([id], Ct));
        Assert.Empty((await Store.ListAsync(new JobQuery(), Ct)).Jobs);
        Assert.Empty(await AttemptsAsync(id));
        Assert.Empty(await Store.ArtifactsAsync(id, Ct));
        Assert.Null(await Store.ArtifactAsync(id, "a.txt", Ct));
        Assert.Equal(0, (await Store.LogAsync(new LogQuery(id), Ct)).Text.Length);
        Assert.Equal((0, 0), (Count(await LineAsync(), state), (await LineAsync()).Dead));
    }

    [Fact]
    public async Task The_record_tells_which_jobs_were_removed()
    {
        var (purged, kept) = (await SucceededAsync(Plain with { Queue = "q", Type = "report" }), await FailedAsync());

        await PurgeAsync(purged);
        var first = Assert.Single(await EventsAsync(), record => record.Kind == EventKind.Removed);
        Pass(TimeSpan.FromDays(40));
        Assert.Equal(1, await RetainAllAsync());
        var second = (await EventsAsync())[^1];

        Assert.Equal(
            (purged, JobState.Succeeded, """{"queue":"q","type":"report"}"""), (first.JobId!.Value, first.From!.Value, first.Data));
        Assert.Equal(
            (EventKind.Removed, kept, JobState.Failed, "engine"), (second.Kind, second.JobId!.Value, second.From!.Value, second.Actor));
        Assert.Empty(await Store.EventsAsync(new EventQuery(Limit: 10, Job: purged), Ct));
    }

    [Theory]
    [InlineData(JobState.Queued)]
    [InlineData(JobState.Scheduled)]
    [InlineData(JobState.Blocked)]
    [InlineData(JobState.Running)]
    public async Task A_job_that_has_not_ended_cannot_be_purged(JobState state)
    {
        var id = await InStateAsync(state);
        var before = await PhotoAsync(id);

        Assert.Equal(new Changed(id, "not_final", state), await PurgeAsync(id));
        Assert.Equal(before, await PhotoAsync(id));
    }

    [Fact]
    public async Task A_purged_job_leaves_its_request_key_to_the_next()
    {
        var request = Plain with { IdempotencyKey = "r-1", BodyHash = OneBody };
        var first = await SucceededAsync(request);
        await PurgeAsync(first);

        var next = Assert.Single(await EnqueueAllAsync(request));

        Assert.NotEqual(first, next.Id);
        Assert.Equal((false, JobState.Queued), (next.Deduplicated, next.State));
        var again = Assert.Single(await EnqueueAllAsync(request));
        Assert.Equal((next.Id, true), (again.Id, again.Deduplicated));
        Assert.Equal(next.Id, (await RefusedAsync(request with { BodyHash = OtherBody })).Other);
    }

    [Fact]
    public async Task A_job_that_is_not_there_cannot_be_purged()
    {
        var id = await SucceededAsync();
        await PurgeAsync(id);

        Assert.Equal("not_found", (await PurgeAsync(id)).Refusal);
    }

    [Fact]
    public async Task The_number_of_a_purged_job_is_never_given_again()
    {
        var first = await SucceededAsync();
        await PurgeAsync(first);

        Assert.True(await EnqueueAsync() > first);
    }

    [Fact]
    public async Task A_purged_job_frees_its_unique_key()
    {
        var first = await SucceededAsync(Keyed());
        await PurgeAsync(first);

        Assert.False(Assert.Single(await EnqueueAllAsync(Keyed(body: OtherBody))).Deduplicated);
    }

    [Fact]
    public async Task The_ledger_outlives_the_job_that_wrote_it()
    {
        var running = await RunningAsync();
        await SaveAsync(new AttemptSave
        {
            Lease = running.Lease,
            Items = [new ItemResult { Dataset = "d", Key = "k", Outcome = ItemOutcome.Succeeded, InputHash = "h" }],
        });
        await EndAsync(Success(running));
        await PurgeAsync(running.Lease.Job);

        Assert.Equal("h", Assert.Single(await Store.ItemsAsync("d", ["k"], Ct))?.InputHash);
    }

    [Fact]
    public async Task Children_outlive_a_purged_parent()
    {
        var parent = await SucceededAsync(Plain with { Type = "parent" });
        var child = await EnqueueAsync(Plain with { ParentId = parent });

        Assert.Null((await PurgeAsync(parent)).Refusal);

        Assert.Equal([child], await DrainAsync());
    }

    [Fact]
    public async Task A_purged_dependency_that_was_met_holds_nobody_up()
    {
        var first = await EnqueueAsync(Plain with { Type = "one" });
        var other = await EnqueueAsync(Plain with { Type = "two" });
        var job = await EnqueueAsync(Plain with { DependsOn = [new Dependency(first), new Dependency(other)] });
        await EndAsync(Success(await ClaimOneAsync(type: "one")));
        await PurgeAsync(first);

        await EndAsync(Success(await ClaimOneAsync(type: "two")));

        Assert.Equal([job], await DrainAsync());
    }

    [Fact]
    public async Task Many_jobs_are_purged_in_one_call_and_each_stands_alone()
    {
        var (one, two) = (await SucceededAsync(), await FailedAsync());
        var open = await EnqueueAsync();

        var changed = await Store.PurgeAsync(new PurgeRequest([one, open, two, new JobId(987_654)], Now), Ct);

        Assert.Equal([null, "not_final", null, "not_found"], changed.Select(job => job.Refusal));
        Assert.Equal([open], (await Store.ListAsync(new JobQuery(), Ct)).Jobs.Select(job => job.Id));
    }

    [Fact]
    public async Task Events_go_on_without_a_gap_after_a_purge()
    {
        await PurgeAsync(await SucceededAsync());
        await EnqueueAsync();

        var seqs = (await EventsAsync()).Select(record => record.Seq).ToList();

        Assert.Equal(seqs.Distinct().Order(), seqs);
    }
}
