using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pawl.Storage;
using Pawl.Testing;
using Pawl.Tests.Running;
using Pawl.Tests.Telemetry;

namespace Pawl.Tests.Hosting;

/// <summary>Something is missing: the tables, the store, a worker, a word of work. The host lives and goes on by itself.</summary>
public sealed class WaitingTests : IAsyncDisposable
{
    private readonly Lines _lines = new();
    private FaultyStore _store = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tables_that_are_missing_are_waited_for_with_one_line_and_taken_up_when_somebody_makes_them()
    {
        await using var test = await StartAsync(options => options.Schema.Migrate = false);
        await test.PassAsync(TimeSpan.FromMinutes(5), Token);
        Assert.Single(_lines.Ids, id => id is 1101 or 1404);
        Assert.DoesNotContain(1100, _lines.Ids);
        var health = await test.Services.GetRequiredService<IHealth>().CheckAsync(Token);
        Assert.Contains(health.Overall.Deductions, deduction => deduction.Name == "store");

        await _store.MigrateAsync(apply: true, Token);
        var id = (await test.Jobs.EnqueueAsync(new Say(), cancellationToken: Token)).Id;
        await test.AdvanceAsync(TimeSpan.FromSeconds(60), Token);

        Assert.Equal(JobState.Succeeded, (await test.Jobs.GetAsync(id, Token)).State);
        Assert.Single(_lines.Ids, 1100);
    }

    [Fact]
    public async Task A_store_that_does_not_answer_at_the_start_is_no_missing_table_and_is_waited_for()
    {
        await using var test = await StartAsync(before: store => store.FailBefore("Migrate", times: 4));
        await test.PassAsync(TimeSpan.FromSeconds(1), Token);
        Assert.Equal((1, 0), (_lines.Ids.Count(id => id == 1102), _lines.Ids.Count(id => id == 1101)));

        await test.PassAsync(TimeSpan.FromSeconds(60), Token);
        var id = (await test.Jobs.EnqueueAsync(new Say(), cancellationToken: Token)).Id;
        await test.RunUntilIdleAsync(Token);

        Assert.Equal(JobState.Succeeded, (await test.Jobs.GetAsync(id, Token)).State);
        Assert.Single(_lines.Ids, 1102);
    }

    [Fact]
    public async Task A_store_that_is_refused_for_good_fails_the_start_with_its_own_message()
    {
        var refusal = new PawlException("storage_login_refused", "The password is wrong.", exitCode: 8);

        var refused = await Assert.ThrowsAsync<PawlException>(
            () => StartAsync(before: store => store.FailBefore("Migrate", error: refusal)));

        Assert.Same(refusal, refused);
        Assert.DoesNotContain(_lines.Ids, id => id is 1101 or 1102);
    }

    [Fact]
    public async Task A_store_that_is_away_for_a_minute_stops_nothing_for_good()
    {
        await using var test = await StartAsync(
            does: (say, job, token) => say.Word == "long" ? Task.Delay(TimeSpan.FromSeconds(20), job.Clock, token) : Task.CompletedTask);
        var during = (await test.Jobs.EnqueueAsync(new Say("long"), cancellationToken: Token)).Id;
        await test.PassAsync(TimeSpan.FromSeconds(5), Token);
        _store.Away = true;
        await test.PassAsync(TimeSpan.FromSeconds(60), Token);
        await Assert.ThrowsAsync<PawlException>(() => test.Jobs.EnqueueAsync(new Say(), cancellationToken: Token));

        _store.Away = false;
        var after = (await test.Jobs.EnqueueAsync(new Say(), cancellationToken: Token)).Id;
        await test.AdvanceAsync(TimeSpan.FromMinutes(3), Token);

        Assert.Equal(JobState.Succeeded, (await test.Jobs.GetAsync(after, Token)).State);
        Assert.Equal((JobState.Succeeded, 0), await EndAsync(test, during));
        Assert.DoesNotContain(1104, _lines.Ids);
    }

    [Fact]
    public async Task Work_that_nobody_tells_of_is_found_within_six_seconds()
    {
        await using var test = await StartAsync(before: store => store.Deaf = true);
        await test.PassAsync(TimeSpan.FromSeconds(20), Token);
        var id = (await test.Jobs.EnqueueAsync(new Say(), cancellationToken: Token)).Id;

        await test.PassAsync(TimeSpan.FromSeconds(6), Token);

        Assert.Equal(JobState.Succeeded, (await test.Jobs.GetAsync(id, Token)).State);
    }

    [Fact]
    public async Task A_scheduler_that_is_off_leaves_jobs_queued_and_says_so_and_one_that_is_on_again_starts_them()
    {
        var enabled = false;
        await using var test = await StartAsync(options => options.Scheduler.Enabled = enabled);
        var id = (await test.Jobs.EnqueueAsync(new Say(), cancellationToken: Token)).Id;
        await test.PassAsync(TimeSpan.FromMinutes(2), Token);

        Assert.Equal((JobState.Queued, 0), await StandingAsync(test, id));
        Assert.Single(_lines.Ids, 1105);
        var health = await test.Services.GetRequiredService<IHealth>().CheckAsync(Token);
        Assert.Contains(health.Overall.Deductions, deduction => deduction.Name == "no_worker");

        enabled = true;
        await test.RestartAsync(Token);
        await test.PassAsync(TimeSpan.FromSeconds(2), Token);
        Assert.Equal((JobState.Succeeded, 1), await StandingAsync(test, id));
    }

    [Fact]
    public async Task Without_a_worker_jobs_wait_unfailed_or_expire_by_their_own_time_and_health_says_why()
    {
        await using var test = await StartAsync(options => options.Worker.Enabled = false);
        var waits = (await test.Jobs.EnqueueAsync(new Say(), cancellationToken: Token)).Id;
        var expires = (await test.Jobs.EnqueueAsync(
            new Say(), new() { StartBy = test.Clock.GetUtcNow() + TimeSpan.FromMinutes(5) }, Token)).Id;
        await test.PassAsync(TimeSpan.FromMinutes(10), Token);

        Assert.Equal((JobState.Queued, 0), await StandingAsync(test, waits));
        var expired = await test.Jobs.GetAsync(expires, Token);
        Assert.Equal((JobState.Cancelled, EndReason.Expired, 0), (expired.State, expired.EndReason!.Value, expired.Failures));
        var health = await test.Services.GetRequiredService<IHealth>().CheckAsync(Token);
        var missing = Assert.Single(health.Overall.Deductions, deduction => deduction.Name == "no_worker");
        Assert.Equal((40d, "default"), (missing.Points, health.Overall.Queue));
    }

    public ValueTask DisposeAsync()
    {
        _lines.Dispose();
        return _store.DisposeAsync();
    }

    private static async Task<(JobState, int Attempt)> StandingAsync(PawlTest test, JobId id) =>
        await test.Jobs.GetAsync(id, Token) is var job ? (job.State, job.Attempt) : default;

    private static async Task<(JobState, int Failures)> EndAsync(PawlTest test, JobId id) =>
        await test.Jobs.GetAsync(id, Token) is var job ? (job.State, job.Failures) : default;

    private Task<PawlTest> StartAsync(
        Action<PawlOptions>? options = null,
        Action<FaultyStore>? before = null,
        Func<Say, JobContext, CancellationToken, Task>? does = null) =>
        Stage.StartAsync(
            does ?? ((_, _, _) => Task.CompletedTask),
            options,
            more: pawl => pawl.Services.AddSingleton<ILoggerProvider>(_lines),
            around: store =>
            {
                _store = new(store);
                before?.Invoke(_store);
                return _store;
            });
}
