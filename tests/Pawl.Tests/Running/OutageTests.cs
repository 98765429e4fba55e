using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pawl.Storage;
using Pawl.Testing;

namespace Pawl.Tests.Running;

public sealed class OutageTests : IAsyncDisposable
{
    private FaultyStore _store = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_end_that_cannot_be_stored_is_kept_and_stored_when_the_store_is_back()
    {
        await using var test = await StartAsync((_, _, _) => Task.CompletedTask);
        _store.FailBefore("Settle", times: 6);
        var id = (await test.Jobs.EnqueueAsync(new Say(), cancellationToken: Token)).Id;

        await test.PassAsync(TimeSpan.FromSeconds(20), Token);
        await test.RunUntilIdleAsync(Token);

        Assert.Equal((JobState.Succeeded, 1), await StateAsync(test, id));
    }

    [Fact]
    public async Task An_end_whose_answer_is_lost_is_stored_once()
    {
        await using var test = await StartAsync((_, _, _) => Task.CompletedTask);
        _store.FailAfter("Settle");
        var id = (await test.Jobs.EnqueueAsync(new Say(), cancellationToken: Token)).Id;

        await test.PassAsync(TimeSpan.FromSeconds(5), Token);
        await test.RunUntilIdleAsync(Token);

        Assert.Equal((JobState.Succeeded, 1), await StateAsync(test, id));
        Assert.Single(await test.Jobs.EventsAsync(job: id, cancellationToken: Token), happened => happened.Kind == EventKind.Succeeded);
    }

    [Fact]
    public async Task Jobs_of_a_claim_whose_answer_is_lost_are_given_back_and_run()
    {
        var attempts = new List<int>();
        await using var test = await StartAsync((_, job, _) =>
        {
            attempts.Add(job.Attempt);
            return Task.CompletedTask;
        });
        await test.PassAsync(TimeSpan.FromSeconds(1), Token);
        _store.FailAfter("Claim");
        var id = (await test.Jobs.EnqueueAsync(new Say(), cancellationToken: Token)).Id;

        await test.PassAsync(TimeSpan.FromSeconds(40), Token);
        await test.RunUntilIdleAsync(Token);

        Assert.Equal((JobState.Succeeded, 2), await StateAsync(test, id));
        Assert.Equal([2], attempts);
        Assert.Equal((0, 0), ((await test.Jobs.GetAsync(id, Token)).Losses, (await test.Jobs.GetAsync(id, Token)).Failures));
    }

    [Fact]
    public async Task Each_lease_of_a_claim_whose_answer_is_lost_is_given_back_once_and_no_other_claim_that_failed_is_guessed_at()
    {
        await using var test = await StartAsync((_, _, _) => Task.CompletedTask);
        await test.PassAsync(TimeSpan.FromSeconds(1), Token);
        _store.FailAfter("Claim");
        _store.FailBefore("Claim", times: 5);
        var jobs = await test.Jobs.EnqueueManyAsync([new Say("a"), new Say("b"), new Say("c")], cancellationToken: Token);

        await test.PassAsync(TimeSpan.FromSeconds(60), Token);
        await test.RunUntilIdleAsync(Token);

        foreach (var job in jobs)
        {
            Assert.Equal((JobState.Succeeded, 2), await StateAsync(test, job.Id));
            var events = await test.Jobs.EventsAsync(job: job.Id, cancellationToken: Token);
            Assert.Single(events, happened => happened.Kind == EventKind.Released);
            Assert.DoesNotContain(events, happened => happened.Kind == EventKind.StaleWrite);
        }
    }

    [Fact]
    public async Task A_begin_whose_sign_of_life_is_lost_is_told_again()
    {
        var (begun, go) = (Stage.Point(), Stage.Point());
        await using var test = await Stage.StartAsync(
            async (say, job, token) =>
            {
                if (say.Word == "first")
                {
                    await go.Task;
                    return;
                }

                if (say.Word == "second")
                {
                    begun.TrySetResult();
                    await Task.Delay(TimeSpan.FromSeconds(40), job.Clock, token);
                }
            },
            options => (options.Worker.Slots, options.Worker.ExpressSlots) = (1, 0),
            around: store => _store = new(store));

        // Nothing is taken ahead before it is known how quick the type is.
        await test.Jobs.EnqueueManyAsync([new Say("quick"), new Say("quick")], cancellationToken: Token);
        await test.RunUntilIdleAsync(Token);
        await test.Jobs.EnqueueManyAsync([new Say("first"), new Say("second")], cancellationToken: Token);
        await test.PassAsync(TimeSpan.Zero, Token);
        _store.FailBefore("Heartbeat", times: 1);
        go.SetResult();
        await begun.PassedAsync();
        await test.PassAsync(TimeSpan.FromSeconds(35), Token);

        Assert.Single(_store.Begun, told => told.Count > 0);
    }

    [Fact]
    public async Task Claims_go_on_by_themselves_after_an_outage()
    {
        await using var test = await StartAsync((_, _, _) => Task.CompletedTask);
        await test.PassAsync(TimeSpan.FromSeconds(1), Token);
        _store.FailBefore("Claim", times: 4);
        var id = (await test.Jobs.EnqueueAsync(new Say(), cancellationToken: Token)).Id;

        await test.PassAsync(TimeSpan.FromSeconds(20), Token);
        await test.RunUntilIdleAsync(Token);

        Assert.Equal((JobState.Succeeded, 1), await StateAsync(test, id));
    }

    [Fact]
    public async Task Work_goes_on_within_10_s_after_however_long_an_outage()
    {
        await using var test = await StartAsync((_, _, _) => Task.CompletedTask);
        await test.PassAsync(TimeSpan.FromSeconds(1), Token);
        var later = (await test.Jobs.EnqueueAsync(new Say("later"), new() { Delay = TimeSpan.FromSeconds(20) }, Token)).Id;
        _store.Away = true;
        await test.PassAsync(TimeSpan.FromSeconds(95), Token);
        _store.Away = false;
        var id = (await test.Jobs.EnqueueAsync(new Say("now"), cancellationToken: Token)).Id;

        await test.PassAsync(TimeSpan.FromSeconds(10), Token);

        Assert.Equal((JobState.Succeeded, 1), await StateAsync(test, id));
        Assert.Equal((JobState.Succeeded, 1), await StateAsync(test, later));
    }

    [Fact]
    public async Task A_checkpoint_whose_answer_is_lost_counts_once_and_the_handler_does_not_notice()
    {
        await using var test = await StartAsync(async (_, job, token) =>
        {
            await job.SaveAsync(new AttemptTests.Cursor(1), total: 2, token);
            await job.SaveAsync(new AttemptTests.Cursor(2), total: 2, token);
        });
        _store.FailAfter("Save");
        var id = (await test.Jobs.EnqueueAsync(new Say(), cancellationToken: Token)).Id;

        await test.PassAsync(TimeSpan.FromSeconds(5), Token);
        await test.RunUntilIdleAsync(Token);

        Assert.Equal(2, (await test.Jobs.GetAsync(id, Token)).Checkpoint!.Version);
        Assert.Equal((JobState.Succeeded, 1), await StateAsync(test, id));
    }

    [Fact]
    public async Task Lines_of_a_checkpoint_whose_second_try_is_refused_go_with_the_end()
    {
        await using var test = await StartAsync(async (_, job, token) =>
        {
            job.Logger.LogWarning("kept all the same");
            _store.SaveAnswered = new(Settled.Done, CheckpointVersion: 7, CheckpointOlder: true);
            _store.Meanwhile("Save", () =>
            {
                _store.FailBefore("Save", error: new ArgumentException("no such save"));
                return Task.CompletedTask;
            });
            await Assert.ThrowsAsync<ArgumentException>(() => job.SaveAsync(new AttemptTests.Cursor(1), cancellationToken: token));
        });
        var id = (await test.Jobs.EnqueueAsync(new Say(), cancellationToken: Token)).Id;
        await test.RunUntilIdleAsync(Token);

        Assert.Equal((JobState.Succeeded, 1), await StateAsync(test, id));
        var log = await test.Jobs.LogAsync(id, cancellationToken: Token);
        Assert.Contains("kept all the same", System.Text.Encoding.UTF8.GetString(log.Text.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Children_of_a_save_whose_answer_is_lost_are_created_once()
    {
        await using var test = await StartAsync(async (say, job, token) =>
        {
            if (say.Word == "parent")
            {
                await job.SpawnManyAsync([new Say("a"), new Say("b")], cancellationToken: token);
            }
        });
        _store.FailAfter("Save");
        var id = (await test.Jobs.EnqueueAsync(new Say("parent"), cancellationToken: Token)).Id;

        await test.PassAsync(TimeSpan.FromSeconds(5), Token);
        await test.RunUntilIdleAsync(Token);

        Assert.Equal(2, (await test.Jobs.ListAsync(new() { Parent = id }, Token)).Jobs.Count);
    }

    [Fact]
    public async Task A_worker_that_cannot_renew_its_leases_stops_itself_and_begins_anew()
    {
        var stopped = new List<int>();
        await using var test = await StartAsync(async (_, job, token) =>
        {
            if (job.Attempt == 1)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, job.Clock, token).ContinueWith(
                    _ => stopped.Add(job.Attempt), TaskScheduler.Current);
            }
        });
        var id = (await test.Jobs.EnqueueAsync(new Say(), new() { Timeout = TimeSpan.FromHours(1) }, Token)).Id;
        await test.PassAsync(TimeSpan.FromSeconds(1), Token);
        _store.FailBefore("Heartbeat", times: 1_000);
        await test.PassAsync(TimeSpan.FromSeconds(45), Token);

        Assert.Equal([1], stopped);
        _store.Heal();
        await test.PassAsync(TimeSpan.FromSeconds(60), Token);
        await test.RunUntilIdleAsync(Token);
        var job = await test.Jobs.GetAsync(id, Token);
        Assert.Equal((JobState.Succeeded, 2, 1), (job.State, job.Attempt, job.Losses));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Attempts_are_told_to_stop_before_others_may_take_their_leases_whether_the_store_fails_or_hangs(bool hangs)
    {
        var stopped = 0;
        await using var test = await StartAsync(async (_, job, token) =>
        {
            if (job.Attempt == 1)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, job.Clock, token).ContinueWith(
                    _ => Interlocked.Increment(ref stopped), TaskScheduler.Current);
            }
        });
        await test.Jobs.EnqueueAsync(new Say(), new() { Timeout = TimeSpan.FromHours(1) }, Token);
        await test.PassAsync(TimeSpan.FromSeconds(1), Token);
        if (hangs)
        {
            _store.Meanwhile("Heartbeat", () => Task.Delay(TimeSpan.FromHours(1), test.Clock, Token));
        }

        _store.FailBefore("Heartbeat", times: 1_000);

        // The last beat that counts was within the last 10 s; the lease lives for 30 s.
        await test.PassAsync(TimeSpan.FromSeconds(14), Token);
        Assert.Equal(0, stopped);
        await test.PassAsync(TimeSpan.FromSeconds(12), Token);

        Assert.Equal(1, stopped);
    }

    [Fact]
    public async Task An_end_the_store_will_never_take_is_stored_as_failed_and_says_so()
    {
        await using var test = await StartAsync((_, _, _) => Task.CompletedTask);
        _store.FailBefore("Settle", times: 1, new ArgumentException("no such end"));
        var id = (await test.Jobs.EnqueueAsync(new Say(), cancellationToken: Token)).Id;
        await test.RunUntilIdleAsync(Token);

        var job = await test.Jobs.GetAsync(id, Token);
        Assert.Equal((JobState.Failed, "end_refused"), (job.State, job.Error!.Rule));
        Assert.Contains("no such end", job.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_claim_brings_while_the_host_stops_is_given_back()
    {
        var ran = false;
        Task? stopping = null;
        var (claimed, stops) = (Stage.Point(), Stage.Point());
        var log = new Listener(id =>
        {
            if (id == 1307)
            {
                stops.TrySetResult();
            }
        });
        await using var test = await Stage.StartAsync(
            (_, _, _) =>
            {
                ran = true;
                return Task.CompletedTask;
            },
            more: pawl => pawl.Services.AddSingleton<ILoggerProvider>(log),
            around: store => _store = new(store));
        await test.PassAsync(TimeSpan.FromSeconds(1), Token);
        var stored = test.Services.GetRequiredService<IJobStore>();
        _store.Meanwhile("Claim", async () =>
        {
            // Begun here, between the claim's commit and its answer; and there is time for whoever does not wait for that answer.
            stopping = test.Services.GetRequiredService<IHost>().StopAsync(Token);
            claimed.SetResult();
            await stops.PassedAsync();
            for (var n = 0; n < 100; n++)
            {
                await Task.Yield();
            }
        });
        var id = (await test.Jobs.EnqueueAsync(new Say(), cancellationToken: Token)).Id;
        await claimed.PassedAsync();
        await stopping!.WaitAsync(TimeSpan.FromSeconds(120), Token);

        var job = Assert.Single(await stored.GetAsync([id], Token));
        Assert.Equal((JobState.Queued, 0, false), (job.State, job.Losses, ran));
        Assert.Null(job.WorkerId);
    }

    [Fact]
    public async Task A_worker_whose_log_throws_lives_on_through_an_outage()
    {
        var broken = new ConcurrentDictionary<int, bool>();
        var log = new Listener(id =>
        {
            if (id is >= 1301 and <= 1304 or 1311 or 1312)
            {
                broken[id] = true;
                throw new InvalidOperationException("The disk of the log is full.");
            }
        });
        await using var test = await Stage.StartAsync(
            (_, _, _) => Task.CompletedTask,
            more: pawl => pawl.Services.AddSingleton<ILoggerProvider>(log),
            around: store => _store = new(store));
        await test.PassAsync(TimeSpan.FromSeconds(1), Token);
        _store.FailBefore("Claim", times: 3);
        _store.FailBefore("Heartbeat", times: 1);
        _store.FailBefore("Settle", times: 2);
        var id = (await test.Jobs.EnqueueAsync(new Say(), cancellationToken: Token)).Id;

        await test.PassAsync(TimeSpan.FromSeconds(30), Token);
        await test.RunUntilIdleAsync(Token);

        Assert.Equal((JobState.Succeeded, 1), await StateAsync(test, id));
        Assert.Superset(new HashSet<int> { 1301, 1302, 1303, 1304, 1311, 1312 }, broken.Keys.ToHashSet());
    }

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    private static async Task<(JobState State, int Attempt)> StateAsync(PawlTest test, JobId id) =>
        await test.Jobs.GetAsync(id, Token) is var job ? (job.State, job.Attempt) : default;

    private Task<PawlTest> StartAsync(Func<Say, JobContext, CancellationToken, Task> does) =>
        Stage.StartAsync(does, around: store => _store = new(store));

    /// <summary>Hears the number of each line that is logged.</summary>
    private sealed class Listener(Action<int> hear) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            hear(eventId.Id);

        public void Dispose()
        {
        }
    }
}
