using Microsoft.Extensions.DependencyInjection;
using Pawl.Storage;
using Pawl.Testing;

namespace Pawl.Tests.Running;

public sealed class WorkerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stop_of_the_host_gives_running_jobs_back_uncounted_and_they_go_on_from_their_checkpoint()
    {
        var seen = new List<(int Attempt, int? From)>();
        await using var test = await Stage.StartAsync(async (_, job, token) =>
        {
            seen.Add((job.Attempt, job.Checkpoint<AttemptTests.Cursor>()?.Page));
            if (job.Attempt > 1)
            {
                return;
            }

            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, job.Clock, token);
            }
            finally
            {
                // Its last words: the token is set, and this save goes through all the same.
                await job.SaveAsync(new AttemptTests.Cursor(7), total: 10, token);
            }
        });
        var id = (await test.Jobs.EnqueueAsync(new Say(), cancellationToken: Token)).Id;
        await test.PassAsync(TimeSpan.FromSeconds(1), Token);

        await test.RestartAsync(Token);
        await test.RunUntilIdleAsync(Token);

        var job = await test.Jobs.GetAsync(id, Token);
        Assert.Equal([(1, null), (2, 7)], seen);
        Assert.Equal((JobState.Succeeded, 0, 0), (job.State, job.Failures, job.Losses));
        Assert.Equal(
            [Outcome.Succeeded, Outcome.Released],
            (await test.Jobs.AttemptsAsync(id, Token)).Select(attempt => attempt.Outcome!.Value));
    }

    [Fact]
    public async Task A_job_that_ends_within_the_drain_time_is_not_interrupted()
    {
        await using var test = await Stage.StartAsync((_, job, token) => Task.Delay(TimeSpan.FromSeconds(15), job.Clock, token));
        var id = (await test.Jobs.EnqueueAsync(new Say(), cancellationToken: Token)).Id;
        await test.PassAsync(TimeSpan.FromSeconds(1), Token);

        await test.RestartAsync(Token);

        Assert.Equal((JobState.Succeeded, 1), ((await test.Jobs.GetAsync(id, Token)).State, (await test.Jobs.GetAsync(id, Token)).Attempt));
    }

    [Theory]
    [InlineData(Trigger.Manual, 10)]
    [InlineData(Trigger.Api, 9)]   // the tenth slot is kept for a person
    public async Task Of_fifty_queued_jobs_as_many_run_as_there_are_slots(Trigger trigger, int most)
    {
        var running = 0;
        await using var test = await Stage.StartAsync((_, job, token) =>
        {
            running++;
            return Task.Delay(TimeSpan.FromSeconds(30), job.Clock, token);
        });
        await test.Jobs.EnqueueManyAsync(
            Enumerable.Range(0, 50).Select(i => new Say($"{i}")), new() { Trigger = trigger }, cancellationToken: Token);
        await test.PassAsync(TimeSpan.FromSeconds(20), Token);

        Assert.Equal(most, running);
        Assert.Equal(50 - most, (await test.Jobs.ListAsync(new() { States = [JobState.Queued], Limit = 100 }, Token)).Jobs.Count);
    }

    [Fact]
    public async Task A_type_runs_no_more_at_once_than_its_concurrency()
    {
        var (running, most) = (0, 0);
        await using var test = await Stage.StartAsync(
            async (_, job, token) =>
            {
                most = Math.Max(most, ++running);
                await Task.Delay(TimeSpan.FromSeconds(1), job.Clock, token);
                running--;
            },
            type: type => type.Concurrency(2));
        await test.Jobs.EnqueueManyAsync(Enumerable.Range(0, 6).Select(i => new Say($"{i}")), cancellationToken: Token);

        await test.PassAsync(TimeSpan.FromSeconds(10), Token);
        await test.RunUntilIdleAsync(Token);

        Assert.Equal(2, most);
        Assert.Equal(6, (await test.Jobs.ListAsync(new() { States = [JobState.Succeeded] }, Token)).Jobs.Count);
    }

    [Fact]
    public async Task A_queue_runs_no_more_at_once_here_than_its_limit_whatever_the_types()
    {
        var (running, most) = (0, 0);
        await using var test = await Stage.StartAsync(
            async (_, job, token) =>
            {
                most = Math.Max(most, ++running);
                await Task.Delay(TimeSpan.FromSeconds(1), job.Clock, token);
                running--;
            },
            options => options.Worker.QueueConcurrency["default"] = 3,
            more: pawl =>
            {
                pawl.AddHandler<OtherHandler, Other>();
            });
        await test.Jobs.EnqueueManyAsync(Enumerable.Range(0, 5).Select(i => new Say($"{i}")), cancellationToken: Token);
        await test.Jobs.EnqueueManyAsync(Enumerable.Range(0, 5).Select(i => new Other($"{i}")), cancellationToken: Token);

        await test.PassAsync(TimeSpan.FromSeconds(10), Token);
        await test.RunUntilIdleAsync(Token);

        Assert.Equal(3, most);
        Assert.Equal(10, (await test.Jobs.ListAsync(new() { States = [JobState.Succeeded] }, Token)).Jobs.Count);
    }

    [Fact]
    public async Task An_urgent_job_takes_the_kept_slot_while_bulk_work_fills_the_others()
    {
        var begun = new List<string>();
        await using var test = await Stage.StartAsync(
            async (say, job, token) =>
            {
                begun.Add(say.Word);
                if (say.Word == "bulk")
                {
                    await Task.Delay(TimeSpan.FromSeconds(30), job.Clock, token);
                }
            },
            options => (options.Worker.Slots, options.Worker.ExpressSlots) = (4, 1));
        await test.Jobs.EnqueueManyAsync(Enumerable.Repeat(new Say("bulk"), 8), cancellationToken: Token);
        await test.PassAsync(TimeSpan.FromSeconds(1), Token);
        Assert.Equal(["bulk", "bulk", "bulk"], begun);

        var manual = await test.Jobs.EnqueueAsync(new Say("manual"), new() { Trigger = Trigger.Manual }, Token);
        await test.PassAsync(TimeSpan.FromSeconds(1), Token);

        Assert.Equal(JobState.Succeeded, (await test.Jobs.GetAsync(manual.Id, Token)).State);
        Assert.Equal(["bulk", "bulk", "bulk", "manual"], begun);
    }

    [Fact]
    public async Task What_was_taken_ahead_and_does_not_begin_within_a_second_is_given_back()
    {
        var slow = false;
        await using var test = await Stage.StartAsync(
            (_, job, token) => Task.Delay(slow ? TimeSpan.FromSeconds(30) : TimeSpan.FromMilliseconds(10), job.Clock, token),
            options => (options.Worker.Slots, options.Worker.ExpressSlots) = (2, 0));
        await test.Jobs.EnqueueManyAsync(Enumerable.Range(0, 20).Select(i => new Say($"quick {i}")), cancellationToken: Token);
        await test.PassAsync(TimeSpan.FromSeconds(2), Token);
        await test.RunUntilIdleAsync(Token);

        // Ten milliseconds each, as far as it knows: a quarter of a second of that is many more than its two slots.
        slow = true;
        await test.Jobs.EnqueueManyAsync(Enumerable.Range(0, 10).Select(i => new Say($"slow {i}")), cancellationToken: Token);
        await test.PassAsync(TimeSpan.FromMilliseconds(500), Token);
        Assert.True((await CountAsync(test, JobState.Running)) > 2);
        await test.PassAsync(TimeSpan.FromSeconds(2), Token);

        Assert.Equal(2, await CountAsync(test, JobState.Running));
        Assert.Equal(8, await CountAsync(test, JobState.Queued));
        var released = await test.Jobs.EventsAsync(limit: 10_000, cancellationToken: Token);
        Assert.Contains(released, happened => happened is { Kind: EventKind.Released, Reason: "waited_too_long" });
    }

    [Fact]
    public async Task Where_runs_of_a_type_differ_much_fewer_are_taken_ahead_each_time_some_had_to_be_given_back()
    {
        await using var test = await Stage.StartAsync(
            (say, job, token) => Task.Delay(TimeSpan.FromMilliseconds(say.Word == "slow" ? 400 : 1), job.Clock, token),
            options => (options.Worker.Slots, options.Worker.ExpressSlots, options.Worker.MaxPrefetch) = (4, 0, 40));
        await test.Jobs.EnqueueManyAsync(
            Enumerable.Range(0, 1_200).Select(i => new Say(i % 60 < 40 ? "quick" : "slow")), cancellationToken: Token);
        await test.PassAsync(TimeSpan.FromSeconds(60), Token);
        await test.RunUntilIdleAsync(Token);

        var released = (await test.Jobs.EventsAsync(limit: 10_000, cancellationToken: Token))
            .Count(happened => happened is { Kind: EventKind.Released, Reason: "waited_too_long" });
        Assert.InRange(released, 1, 60);
    }

    [Fact]
    public async Task A_worker_that_was_declared_gone_drops_its_attempts_and_registers_anew()
    {
        var begun = new List<int>();
        await using var test = await Stage.StartAsync(async (_, job, token) =>
        {
            begun.Add(job.Attempt);
            if (job.Attempt == 1)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, job.Clock, token);
            }
        });
        var id = (await test.Jobs.EnqueueAsync(new Say(), cancellationToken: Token)).Id;
        await test.PassAsync(TimeSpan.FromSeconds(1), Token);
        var store = test.Services.GetRequiredService<IJobStore>();
        var worker = Assert.Single(await store.WorkersAsync(Token));
        var lead = await store.LeadAsync(new(worker.Id), Token);
        Assert.True((await store.LoseAsync(
            new() { Term = lead.Term, WorkerId = worker.Id, SeenBeat = worker.Beat, Now = test.Clock.GetUtcNow() }, Token)).Accepted);

        await test.PassAsync(TimeSpan.FromSeconds(30), Token);
        await test.RunUntilIdleAsync(Token);

        var job = await test.Jobs.GetAsync(id, Token);
        Assert.Equal((JobState.Succeeded, 1, 0), (job.State, job.Losses, job.Failures));
        Assert.Equal([1, 2], begun);
    }

    [Fact]
    public async Task A_job_in_a_queue_no_type_names_is_found_and_run_before_any_poll()
    {
        await using var test = await Stage.StartAsync(
            (_, _, _) => Task.CompletedTask, static options => options.Worker.LearnAgain = TimeSpan.FromSeconds(1));
        await test.RunUntilIdleAsync(Token);   // it has looked, and found no such queue
        var first = (await test.Jobs.EnqueueAsync(new Say(), new() { Queue = "aside" }, Token)).Id;
        await test.PassAsync(TimeSpan.FromMilliseconds(300), Token);
        var second = (await test.Jobs.EnqueueAsync(new Say(), new() { Queue = "beside" }, Token)).Id;
        await test.PassAsync(TimeSpan.FromMilliseconds(300), Token);
        Assert.Equal(JobState.Queued, (await test.Jobs.GetAsync(first, Token)).State);

        await test.PassAsync(TimeSpan.FromSeconds(2), Token);
        await test.RunUntilIdleAsync(Token);

        Assert.Equal(JobState.Succeeded, (await test.Jobs.GetAsync(first, Token)).State);
        Assert.Equal(JobState.Succeeded, (await test.Jobs.GetAsync(second, Token)).State);
    }

    [Fact]
    public async Task Under_test_a_job_in_a_queue_nobody_named_before_runs_while_the_clock_stands()
    {
        await using var test = await Stage.StartAsync((_, _, _) => Task.CompletedTask);
        for (var n = 1; n <= 3; n++)
        {
            await test.RunUntilIdleAsync(Token);
            var id = (await test.Jobs.EnqueueAsync(new Say(), new() { Queue = $"aside-{n}" }, Token)).Id;
            await test.RunUntilIdleAsync(Token);

            Assert.Equal(JobState.Succeeded, (await test.Jobs.GetAsync(id, Token)).State);
        }
    }

    private static async Task<int> CountAsync(PawlTest test, JobState state) =>
        (await test.Jobs.ListAsync(new() { States = [state], Limit = 1_000 }, Token)).Jobs.Count;

    [Job("test.other")]
    public sealed record Other(string Word);

    public sealed class OtherHandler(Script script) : IJobHandler<Other>
    {
        public Task HandleAsync(Other payload, JobContext job, CancellationToken cancellationToken) =>
            script.Does(new(payload.Word), job, cancellationToken);
    }
}
