namespace Pawl.Storage.Tests;

public abstract partial class JobStoreSpec
{
    [Fact]
    public async Task Events_rise_by_one_without_gaps()
    {
        await WholeLifeAsync();

        var seqs = (await EventsAsync()).Select(record => record.Seq).ToList();

        Assert.True(seqs.Count > 10);
        Assert.Equal(Enumerable.Range(0, seqs.Count).Select(n => seqs[0] + n), seqs);
    }

    [Fact]
    public async Task Events_go_on_after_a_number_and_stop_at_a_limit()
    {
        await WholeLifeAsync();
        var all = await EventsAsync();
        var read = new List<EventRecord>();
        long after = 0;
        while (true)
        {
            var page = await Store.EventsAsync(new EventQuery(after, 3), Ct);
            Assert.True(page.Count <= 3);
            if (page.Count == 0)
            {
                break;
            }

            read.AddRange(page);
            after = page[^1].Seq;
        }

        Assert.Equal(Show(all), Show(read));
    }

    [Fact]
    public async Task The_events_of_one_job_are_those_of_all_that_name_it()
    {
        var id = await WholeLifeAsync();
        await WholeLifeAsync();
        var all = await EventsAsync();

        var own = await EventsAsync(id);

        Assert.Equal(Show(all.Where(record => record.JobId == id)), Show(own));
        var half = own[own.Count / 2].Seq;
        Assert.Equal(
            Show(own.Where(record => record.Seq > half).Take(2)),
            Show(await Store.EventsAsync(new EventQuery(half, 2, id), Ct)));
    }

    [Fact]
    public async Task The_history_of_a_job_is_told_move_by_move()
    {
        var id = await WholeLifeAsync();

        var moves = (await EventsAsync(id)).Where(record => record.To is not null).Select(record => (record.From, record.To));

        Assert.Equal(
            [
                (null, JobState.Scheduled),
                (JobState.Scheduled, JobState.Queued),
                (JobState.Queued, JobState.Running),
                (JobState.Running, JobState.Scheduled),
                (JobState.Scheduled, JobState.Queued),
                (JobState.Queued, JobState.Running),
                (JobState.Running, JobState.Failed),
                (JobState.Failed, JobState.Queued),
                (JobState.Queued, JobState.Running),
                (JobState.Running, JobState.Succeeded),
            ],
            moves);
    }

    [Fact]
    public async Task Each_event_tells_generation_and_attempt()
    {
        var id = await WholeLifeAsync();

        Assert.Equal(
            [(1, 0), (1, 0), (1, 1), (1, 1), (1, 1), (1, 2), (1, 2), (2, 2), (2, 3), (2, 3)],
            (await EventsAsync(id)).Where(record => record.To is not null).Select(record => (record.Generation, record.Attempt)));
    }

    [Fact]
    public async Task An_end_by_an_attempt_tells_its_worker()
    {
        var worker = await WorkerAsync();
        var running = await RunningAsync(worker: worker);
        await EndAsync(Success(running));

        var events = await EventsAsync(running.Lease.Job);

        Assert.Equal([$"worker:{worker}", $"worker:{worker}"], events.Skip(1).Select(record => record.Actor));
    }

    [Fact]
    public async Task Every_end_has_a_reason()
    {
        var failed = await FailedAsync();
        var cancelled = await InStateAsync(JobState.Cancelled);
        var expired = await EnqueueAsync(Plain with { StartBy = Now.AddSeconds(1) });
        Pass(TimeSpan.FromSeconds(2));
        await PromoteAsync();

        foreach (var id in new[] { failed, cancelled, expired })
        {
            Assert.False(string.IsNullOrEmpty((await EventsAsync(id))[^1].Reason));
        }
    }

    [Fact]
    public async Task Recorded_events_are_announced()
    {
        var heard = new List<long>();
        Store.Wakeups.Recorded += heard.Add;

        await EnqueueAllAsync(Plain, Plain);

        Assert.Equal((await EventsAsync())[^1].Seq, heard.Max());
    }

    [Fact]
    public async Task Nobody_has_events_that_nothing_happened_to()
    {
        Assert.Empty(await EventsAsync());
        Assert.Empty(await EventsAsync(new JobId(987_654)));
    }

    /// <summary>A job that has seen most of what can happen to one.</summary>
    private async Task<JobId> WholeLifeAsync()
    {
        var id = await EnqueueAsync(Plain with { RunAt = Now.AddSeconds(1) });
        Pass(TimeSpan.FromSeconds(1));
        await PromoteAsync();
        var first = await ClaimOneAsync();
        await CheckpointAsync(first, "1");
        await EndAsync(Again(first, TimeSpan.FromSeconds(1)));
        Pass(TimeSpan.FromSeconds(1));
        await PromoteAsync();
        await EndAsync(Failure(await ClaimOneAsync()));
        await DismissAsync(id);
        await RetryAsync(id);
        await EndAsync(Success(await ClaimOneAsync()));
        return id;
    }
}
