using System.Globalization;

namespace Pawl.Storage.Tests;

public abstract partial class JobStoreSpec
{
    private static readonly TimeSpan BudgetWindow = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData(1, 0)]
    [InlineData(4, 1)]
    [InlineData(10, 1)]
    [InlineData(50, 0)]
    public async Task A_storm_of_retries_takes_at_most_a_fifth_of_any_ten_seconds_from_waiting_first_attempts(int slots, int express)
    {
        // Urgent ones over a low backlog: each of them is before each first attempt in the order, and may have the kept slot.
        var retries = await FailedOnceAsync(Enumerable.Repeat(Plain with { Priority = 60 }, 150));
        await EnqueueAllAsync(Enumerable.Repeat(Plain with { Priority = -20 }, 600));
        var worker = await WorkerAsync();
        var starts = new List<(DateTimeOffset At, bool Retry)>();
        for (var round = 0; 600 - starts.Count(start => !start.Retry) > slots + express + 2; round++)
        {
            await PromoteAsync();
            var taken = await ClaimAsync(Ask(worker, slots) with { ExpressSlots = express, Prefetch = round % 3 });
            starts.AddRange(taken.Select(job => (Now, job.Failures > 0)));
            await Store.SettleAsync([.. taken.Select(Success)], Now, Ct);
            Pass(TimeSpan.FromMilliseconds(100 + (round * 7919 % 1_900)));
        }

        AssertShare(starts);
        var share = starts.Count(start => start.Retry) / (double)starts.Count;
        Assert.True(share > (slots == 1 ? 0.15 : 0.18), $"The retries got {share.ToString(CultureInfo.InvariantCulture)} of the starts.");

        await DrainAllAsync(worker);
        Assert.Equal(750, Count(await LineAsync(), JobState.Succeeded));
        foreach (var id in retries)
        {
            var kinds = await KindsAsync(id);
            Assert.Equal(2, kinds.Count(kind => kind == EventKind.Started));
            Assert.InRange(kinds.Count(kind => kind == EventKind.RetryDeferred), 0, 1);
        }
    }

    [Fact]
    public async Task Retries_that_were_queued_before_the_first_attempts_came_are_held_back_too()
    {
        await FailedOnceAsync(Enumerable.Repeat(Plain with { Priority = 9 }, 100));
        await PromoteAsync();
        Assert.Equal(100, Count(await LineAsync(), JobState.Queued));
        await EnqueueAllAsync(Enumerable.Repeat(Plain, 100));

        var taken = await ClaimAsync(await WorkerAsync(), 50);

        Assert.Equal(10, taken.Count(job => job.Failures > 0));
        Assert.Equal(50, taken.Count);
        Assert.Equal((90, 60), ((await LineAsync()).Deferred, Count(await LineAsync(), JobState.Queued)));
    }

    [Fact]
    public async Task Retries_that_started_freely_count_when_first_attempts_come()
    {
        await FailedOnceAsync(Enumerable.Repeat(Plain with { Priority = 9 }, 20));
        await PromoteAsync();
        var worker = await WorkerAsync();
        Assert.Equal(10, (await ClaimAsync(worker, 10)).Count);
        await EnqueueAllAsync(Enumerable.Repeat(Plain, 30));

        Assert.Equal(0, (await ClaimAsync(worker, 9)).Count(job => job.Failures > 0));
        Pass(BudgetWindow + TimeSpan.FromMicroseconds(1));
        Assert.Equal(1, (await ClaimAsync(worker, 5)).Count(job => job.Failures > 0));
    }

    [Fact]
    public async Task Retries_alone_are_not_held_back()
    {
        await FailedOnceAsync(Enumerable.Repeat(Plain, 300));
        var reply = await PromoteAsync();
        Assert.Equal((300, 0), (reply.Due, reply.Deferred));

        Assert.Equal(300, (await DrainAsync()).Count);
        Assert.DoesNotContain(await EventsAsync(), record => record.Kind == EventKind.RetryDeferred);
    }

    [Fact]
    public async Task A_retry_over_the_budget_stays_scheduled_as_it_was_and_says_so_once()
    {
        var ids = await FailedOnceAsync([Plain, Plain]);
        var due = (await JobAsync(ids[1])).RunAt;
        await EnqueueAllAsync(Enumerable.Repeat(Plain with { Priority = 9 }, 10));

        var reply = await PromoteAsync();
        var worker = await WorkerAsync();
        await ClaimAsync(worker, 4);
        var again = await PromoteAsync();
        var job = await JobAsync(ids[1]);

        Assert.Equal((0, 2, false, null), (reply.Due, reply.Deferred, reply.More, reply.NextAt));
        Assert.Equal((0, 0, false, null), (again.Due, again.Deferred, again.More, again.NextAt));
        Assert.Equal((JobState.Scheduled, WaitReason.Retry, due), (job.State, job.WaitReason, job.RunAt));
        var told = (await EventsAsync(ids[1]))[^1];
        Assert.Equal(
            (EventKind.RetryDeferred, JobState.Scheduled, JobState.Scheduled, 1), (told.Kind, told.From, told.To, told.Attempt));
        Assert.Single(await KindsAsync(ids[1]), EventKind.RetryDeferred);
    }

    [Fact]
    public async Task A_storm_is_set_aside_page_by_page_and_hides_nothing_that_comes_due_later()
    {
        await FailedOnceAsync(Enumerable.Repeat(Plain, 45));
        await EnqueueAsync();
        var later = await EnqueueAsync(Plain with { RunAt = Now.AddSeconds(1) });
        var replies = new List<PromoteReply>();
        do
        {
            replies.Add(await PromoteAsync(10));
        }
        while (replies[^1].More);

        Assert.Equal(5, replies.Count);
        Assert.Equal((1, 44), (replies.Sum(reply => reply.Due), replies.Sum(reply => reply.Deferred)));
        Assert.Equal(Now.AddSeconds(1), replies[^1].NextAt);
        Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(1, (await PromoteAsync(10)).Due);
        Assert.Equal(JobState.Queued, await StateAsync(later));
    }

    [Fact]
    public async Task Slots_that_no_first_attempt_fills_go_to_retries_at_once()
    {
        var ids = await FailedOnceAsync(Enumerable.Repeat(Plain, 20));
        await EnqueueAllAsync(Enumerable.Repeat(Plain, 3));
        await PromoteAsync();
        Assert.Equal(19, (await LineAsync()).Deferred);

        Assert.Equal(23, (await ClaimAsync(await WorkerAsync(), 30)).Count);
        Assert.Equal(
            [EventKind.RetryDeferred, EventKind.Due, EventKind.Started], (await KindsAsync(ids[1])).TakeLast(3));
    }

    [Fact]
    public async Task A_worker_that_cannot_run_the_waiting_first_attempts_is_not_held_back()
    {
        await FailedOnceAsync(Enumerable.Repeat(Plain, 20));
        await EnqueueAllAsync(Enumerable.Repeat(Plain with { Type = "report" }, 5));
        await PromoteAsync();

        Assert.Equal(20, (await DrainAsync(20)).Count);
    }

    [Fact]
    public async Task First_attempts_that_are_paused_hold_no_retry_back()
    {
        await FailedOnceAsync(Enumerable.Repeat(Plain, 20));
        await EnqueueAllAsync(Enumerable.Repeat(Plain with { Type = "report" }, 5));
        await Store.PauseAsync(new PauseRequest(null, "report", true, Now), Ct);

        Assert.Equal(20, (await PromoteAsync()).Due);
        Assert.Equal(20, (await ClaimAsync(Ask(await WorkerAsync(), 20, ("default", "mail"), ("default", "report")))).Count);
    }

    [Fact]
    public async Task A_first_attempt_that_cannot_start_leaves_its_slots_to_retries()
    {
        await FailedOnceAsync(Enumerable.Repeat(Plain, 20));
        await LostTwiceAsync("risky");
        await PromoteAsync();
        var ask = Ask(await WorkerAsync(), 8, ("default", "mail"), ("default", "risky"));

        var taken = await ClaimAsync(ask with { RunsLastChance = true });

        Assert.Equal(8, taken.Count(job => job.Failures > 0));
    }

    [Fact]
    public async Task Each_queue_has_its_own_budget()
    {
        await FailedOnceAsync(Enumerable.Repeat(Plain with { Queue = "other" }, 20));
        await EnqueueAllAsync(Enumerable.Repeat(Plain, 20));
        await PromoteAsync();

        Assert.Equal(20, (await ClaimAsync(Ask(await WorkerAsync(), 20, ("other", "mail")))).Count);
    }

    [Fact]
    public async Task A_manual_retry_and_a_recovery_are_first_attempts_of_their_generation()
    {
        var ids = new[] { await FailedAsync(), await FailedAsync() };
        Assert.Null((await RetryAsync(ids[0])).Refusal);
        Assert.Null((await RetryAsync(ids[1], recovery: Sweep)).Refusal);
        await EnqueueAllAsync(Enumerable.Repeat(Plain with { Priority = -1 }, 5));

        Assert.Equal(ids.Order(), (await DrainAsync(2)).Order());
    }

    [Fact]
    public async Task What_was_snoozed_released_or_lost_is_no_retry()
    {
        var ids = new List<JobId>();
        foreach (var type in new[] { "snoozed", "released" })
        {
            var job = await RunningAsync(Plain with { Type = type });
            await EndAsync(type == "snoozed" ? Snooze(job, delay: TimeSpan.Zero) : Release(job));
            ids.Add(job.Lease.Job);
        }

        ids.Add(await LostTwiceAsync("lost"));
        await EnqueueAllAsync(Enumerable.Repeat(Plain with { Priority = -1 }, 5));
        Assert.Equal((1, 0), await PromoteAsync() is var reply ? (reply.Due, reply.Deferred) : default);

        var ask = Ask(
            await WorkerAsync(), 3, ("default", "snoozed"), ("default", "released"), ("default", "lost"), ("default", "mail"));
        Assert.Equal(ids.Order(), (await ClaimAsync(ask)).Select(job => job.Lease.Job).Order());
    }

    [Fact]
    public async Task A_share_of_all_holds_nothing_back()
    {
        await FailedOnceAsync(Enumerable.Repeat(Plain with { Priority = 9 }, 20));
        await EnqueueAllAsync(Enumerable.Repeat(Plain, 20));
        var reply = await Store.PromoteAsync(new PromoteRequest(await TermAsync(), Now) { RetryShare = 1 }, Ct);

        Assert.Equal((20, 0), (reply.Due, reply.Deferred));
        var taken = await ClaimAsync(Ask(await WorkerAsync(), 20) with { RetryShare = 1 });
        Assert.All(taken, job => Assert.Equal(1, job.Failures));
    }

    [Fact]
    public async Task Those_set_aside_start_in_the_order_of_the_queue()
    {
        var ids = await FailedOnceAsync([Plain with { Priority = 1 }, Plain with { Priority = 3 }, Plain with { Priority = 2 }]);
        await EnqueueAllAsync(Enumerable.Repeat(Plain with { Priority = 2 }, 12));
        await PromoteAsync();
        var worker = await WorkerAsync();
        var order = new List<JobId>();
        for (var n = 0; n < 15; n++)
        {
            order.Add((await ClaimOneAsync(worker)).Lease.Job);
        }

        Assert.Equal([ids[1], ids[2], ids[0]], order.Where(ids.Contains));
        Assert.Equal([1, 6, 14], order.Index().Where(start => ids.Contains(start.Item)).Select(start => start.Index));
    }

    [Fact]
    public async Task The_longest_waiting_retry_starts_although_better_ones_keep_coming()
    {
        // The first to come due finds room and goes to its line; the second is set aside.
        var low = (await FailedOnceAsync([Plain, Plain with { Priority = -500 }]))[1];
        await FailedOnceAsync(Enumerable.Repeat(Plain with { Priority = 100 }, 60));
        await EnqueueAllAsync(Enumerable.Repeat(Plain with { Priority = 50 }, 400));
        await PromoteAsync();
        Pass(TimeSpan.FromMinutes(6));
        await EnqueueAllAsync(Enumerable.Repeat(Plain with { Priority = 50 }, 100));
        var worker = await WorkerAsync();
        var starts = 0;
        for (; await StateAsync(low) == JobState.Scheduled; starts++)
        {
            var job = await ClaimOneAsync(worker);
            Assert.True(job.ByAge || job.Lease.Job != low);
            Assert.InRange(starts, 0, 100);
        }
    }

    [Fact]
    public async Task A_first_attempt_that_waits_behind_old_retries_has_its_turn_by_age()
    {
        await FailedOnceAsync(Enumerable.Repeat(Plain with { Priority = -20 }, 6));
        await PromoteAsync();
        var old = await EnqueueAsync(Plain with { Priority = -20 });
        Pass(TimeSpan.FromMinutes(6));
        await EnqueueAllAsync(Enumerable.Repeat(Plain with { Priority = 20 }, 100));
        var worker = await WorkerAsync();
        var byAge = new List<Claimed>();
        for (var n = 0; n < 100; n++)
        {
            byAge.AddRange((await ClaimAsync(worker)).Where(job => job.ByAge));
        }

        Assert.Contains(old, byAge.Select(job => job.Lease.Job));
        Assert.Equal(byAge.OrderBy(job => job.Lease.Job), byAge);
    }

    [Theory]
    [InlineData("cancel", JobState.Cancelled)]
    [InlineData("queue", JobState.Scheduled)]
    [InlineData("priority", JobState.Scheduled)]
    [InlineData("postpone", JobState.Scheduled)]
    [InlineData("hasten", JobState.Queued)]
    public async Task One_that_was_set_aside_can_be_changed_like_any_other(string change, JobState state)
    {
        var id = Assert.Single(await FailedOnceAsync([Plain]));
        await EnqueueAllAsync(Enumerable.Repeat(Plain with { Priority = 9 }, 5));
        await PromoteAsync();
        Assert.Equal(1, (await LineAsync()).Deferred);

        var changed = change switch
        {
            "cancel" => await CancelAsync(id),
            "queue" => await EditAsync(Edit(id) with { Queue = "other" }),
            "priority" => await EditAsync(Edit(id) with { Priority = 50 }),
            "postpone" => await EditAsync(Edit(id) with { RunAt = Now.AddHours(1) }),
            _ => await EditAsync(Edit(id) with { RunAt = Now.AddHours(-1) }),
        };

        Assert.Equal((null, state), (changed.Refusal, await StateAsync(id)));
        var deferred = (await Store.LinesAsync(Ct)).Sum(line => line.Deferred);
        Assert.Equal(change is "queue" or "priority" ? 1 : 0, deferred);
        Assert.Equal(change == "postpone" ? Now.AddHours(1) : null, (await PromoteAsync()).NextAt);
        if (change == "queue")
        {
            Assert.Equal(id, (await ClaimOneAsync(queue: "other")).Lease.Job);
        }
    }

    [Fact]
    public async Task One_whose_key_is_full_when_its_turn_comes_waits_for_the_key()
    {
        var id = Assert.Single(await FailedOnceAsync([Plain with { ConcurrencyKey = "repo", Priority = 9 }]));
        var holder = await RunningAsync(Plain with { ConcurrencyKey = "repo", Type = "report" });
        await EnqueueAllAsync(Enumerable.Repeat(Plain, 12));
        await PromoteAsync();
        Assert.DoesNotContain(id, await DrainAsync(6));
        Assert.Equal((JobState.Queued, 1), (await StateAsync(id), (await LineAsync()).Held));

        await EndAsync(Success(holder));

        Assert.Contains(id, await DrainAsync(7));
    }

    [Fact]
    public async Task One_that_was_set_aside_does_not_overtake_what_stands_behind_a_full_key()
    {
        var id = Assert.Single(await FailedOnceAsync([Plain with { Priority = 5 }]));
        await RunningAsync(Plain with { ConcurrencyKey = "repo", Type = "report" });
        await EnqueueAsync(Plain with { ConcurrencyKey = "repo", Priority = 40 });
        var next = await EnqueueAsync(Plain with { Priority = 20 });
        await PromoteAsync();
        Assert.Equal(JobState.Scheduled, await StateAsync(id));
        Pass(BudgetWindow + TimeSpan.FromMicroseconds(1));

        Assert.Equal([next], await DrainAsync(1));
    }

    [Fact]
    public async Task A_retry_that_is_set_aside_passes_a_freed_key_on()
    {
        var keyed = Plain with { ConcurrencyKey = "repo" };
        var retry = Assert.Single(await FailedOnceAsync([keyed with { Priority = 9 }]));
        await PromoteAsync();
        var holder = await RunningAsync(keyed with { Type = "report" });
        var next = await EnqueueAsync(keyed);
        Assert.Empty(await DrainAsync());
        await EnqueueAsync(Plain with { Priority = -1 });
        await EndAsync(Success(holder));

        Assert.Equal([next], await DrainAsync(1));
        Assert.Equal(JobState.Scheduled, await StateAsync(retry));
    }

    [Fact]
    public async Task Retries_that_come_due_wake_the_workers_although_they_are_set_aside()
    {
        await FailedOnceAsync([Plain with { Priority = 44 }]);
        await EnqueueAsync();
        var heard = new List<int>();
        Store.Wakeups.Runnable += heard.Add;

        await PromoteAsync();

        Assert.Equal([44], heard);
    }

    /// <summary>Jobs that failed once and are due again, not yet moved.</summary>
    private async Task<IReadOnlyList<JobId>> FailedOnceAsync(IEnumerable<NewJob> jobs)
    {
        var worker = await WorkerAsync("once");
        var ids = (await EnqueueAllAsync(jobs)).Select(job => job.Id).ToList();
        var lines = (await Store.LinesAsync(Ct)).Select(line => (line.Queue, line.Type)).ToArray();
        var taken = (await ClaimAsync(Ask(worker, 10_000, lines))).Where(job => ids.Contains(job.Lease.Job)).ToList();
        Assert.Equal(ids.Count, taken.Count);
        await Store.SettleAsync([.. taken.Select(job => Again(job, TimeSpan.Zero))], Now, Ct);
        return ids;
    }

    /// <summary>In each ten seconds that begin or end with a start, of n starts at most a fifth, rounded up, are retries.</summary>
    private static void AssertShare(List<(DateTimeOffset At, bool Retry)> starts)
    {
        for (var first = 0; first < starts.Count; first++)
        {
            var window = starts.Skip(first).TakeWhile(start => start.At - starts[first].At <= BudgetWindow).ToList();
            foreach (var end in window.Select(start => start.At).Distinct())
            {
                var part = window.Where(start => start.At <= end && start.At >= starts[first].At).ToList();
                var whole = first == 0 || starts[first - 1].At < starts[first].At;
                Assert.True(
                    !whole || part.Count(start => start.Retry) <= (part.Count + 4) / 5,
                    $"{part.Count(start => start.Retry)} of {part.Count} starts from {starts[first].At:O} to {end:O} were retries.");
            }
        }
    }

    private async Task DrainAllAsync(long worker)
    {
        while (await ClaimAsync(worker, 1_000) is { Count: > 0 } taken)
        {
            await Store.SettleAsync([.. taken.Select(Success)], Now, Ct);
            await PromoteAsync();
        }
    }
}
