using Microsoft.Extensions.DependencyInjection;
using Pawl.Storage;
using Pawl.Testing;

namespace Pawl.Tests.Running;

/// <summary>What a claim had to leave is claimed as soon as there is room. The clock stands still, so no poll comes to its help.</summary>
public sealed class ClaimingTests
{
    private const int Slots = 4;
    private const int Backlog = 60;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task Jobs_that_may_not_be_taken_ahead_any_more_are_run_one_slot_after_another()
    {
        var door = new Door(Slots);
        await using var test = await StartAsync(door);
        await EnqueueAsync(test, Slots);
        await door.Full.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
        await EnqueueAsync(test, Backlog);
        await LoseAsync(test, Backlog, ahead: true);

        door.Open();
        await test.RunUntilIdleAsync(TestContext.Current.CancellationToken);

        Assert.Equal(Slots + Backlog, await SucceededAsync(test));
    }

    [Fact]
    public async Task Jobs_on_their_last_chance_run_one_after_another()
    {
        var door = new Door(Slots);
        await using var test = await StartAsync(door, options => options.Worker.LossCap = 2);
        await EnqueueAsync(test, Slots);
        await door.Full.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
        await EnqueueAsync(test, Slots, from: Door.Suspects);
        await LoseAsync(test, Slots, ahead: false);

        door.Open();
        await test.RunUntilIdleAsync(TestContext.Current.CancellationToken);

        Assert.Equal((2 * Slots, 1), (await SucceededAsync(test), door.MostSuspects));
    }

    [Fact]
    public async Task With_a_cap_of_one_loss_all_slots_are_used()
    {
        var door = new Door(Slots);
        await using var test = await StartAsync(door, options => options.Worker.LossCap = 1);
        await EnqueueAsync(test, Slots);
        await door.Full.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);

        door.Open();
        await test.RunUntilIdleAsync(TestContext.Current.CancellationToken);

        Assert.Equal((Slots, Slots), (await SucceededAsync(test), door.MostInside));
    }

    [Fact]
    public async Task The_retry_budget_of_the_settings_goes_with_every_claim_and_every_look_for_what_is_due()
    {
        FaultyStore store = null!;
        await using var test = await Stage.StartAsync(
            (_, _, _) => Task.CompletedTask,
            options => options.RetryBudget = new() { Share = 0.5, Window = TimeSpan.FromSeconds(30) },
            around: inner => store = new(inner));
        await test.Jobs.EnqueueAsync(
            new Say(), new() { Delay = TimeSpan.FromSeconds(1) }, cancellationToken: TestContext.Current.CancellationToken);
        await test.PassAsync(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
        await test.RunUntilIdleAsync(TestContext.Current.CancellationToken);

        Assert.Equal((0.5, TimeSpan.FromSeconds(30)), (store.Claim!.RetryShare, store.Claim.RetryWindow));
        Assert.Equal((0.5, TimeSpan.FromSeconds(30)), (store.Promote!.RetryShare, store.Promote.RetryWindow));
    }

    [Fact]
    public async Task Retries_that_waited_for_new_work_all_run_in_the_end()
    {
        await using var test = await Stage.StartAsync(
            (say, job, _) => job.Attempt == 1 ? throw new JobException(ErrorCategory.Network) : Task.CompletedTask,
            options =>
            {
                (options.Worker.Slots, options.Worker.ExpressSlots) = (1, 0);
                options.Retry = new() { BaseDelay = TimeSpan.Zero, Jitter = 0 };
            });
        await test.Jobs.EnqueueManyAsync(
            Enumerable.Range(0, Backlog).Select(_ => new Say()), cancellationToken: TestContext.Current.CancellationToken);

        await test.RunUntilIdleAsync(TestContext.Current.CancellationToken);

        Assert.Equal(Backlog, await SucceededAsync(test));
    }

    /// <summary>Another worker takes all that is queued, into its slots or ahead of them, and dies.</summary>
    private static async Task LoseAsync(PawlTest test, int count, bool ahead)
    {
        var (store, cancellationToken) = (test.Services.GetRequiredService<IJobStore>(), TestContext.Current.CancellationToken);
        var now = test.Clock.GetUtcNow();
        var ghost = await store.RegisterAsync(
            new() { Name = "ghost", Host = "here", Pid = 1, Version = "1", Slots = 1 }, now, cancellationToken);
        var claimed = await store.ClaimAsync(
            new()
            {
                WorkerId = ghost,
                Token = new(1, 2),
                Now = now,
                Lines = [new("default", "test.knock", count)],
                Slots = ahead ? 0 : count,
                Prefetch = ahead ? count : 0,
            },
            cancellationToken);
        Assert.Equal(count, claimed.Count);
        var leader = await store.LeadAsync(new(ghost), cancellationToken);
        var reply = await store.LoseAsync(
            new() { Term = leader.Term, WorkerId = ghost, SeenBeat = 0, Now = now }, cancellationToken);
        Assert.Equal((true, count), (reply.Accepted, reply.Lost.Count));
    }

    private static Task<PawlTest> StartAsync(Door door, Action<PawlOptions>? options = null) => PawlTest.StartAsync(
        pawl =>
        {
            pawl.Services.AddSingleton(door);
            pawl.AddHandler<KnockHandler, Knock>(type => type.Name("test.knock"));
        },
        all =>
        {
            all.Worker.Slots = Slots;
            all.Worker.ExpressSlots = 0;
            options?.Invoke(all);
        },
        TestContext.Current.CancellationToken);

    private static Task EnqueueAsync(PawlTest test, int count, int from = 0) => test.Jobs.EnqueueManyAsync(
        Enumerable.Range(from, count).Select(number => new Knock(number)), cancellationToken: TestContext.Current.CancellationToken);

    private static async Task<int> SucceededAsync(PawlTest test) => (await test.Jobs.ListAsync(
        new() { States = [JobState.Succeeded], Limit = 1_000 }, TestContext.Current.CancellationToken)).Jobs.Count;

    private sealed record Knock(int Number);

    /// <summary>Where handlers wait while it is closed.</summary>
    private sealed class Door(int full)
    {
        private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _inside;
        private int _suspects;

        /// <summary>From this number on jobs are counted on their own, too.</summary>
        public const int Suspects = 1_000;

        /// <summary>Set when so many wait.</summary>
        public TaskCompletionSource Full { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int MostInside { get; private set; }

        public int MostSuspects { get; private set; }

        public void Open() => _open.SetResult();

        public async Task EnterAsync(int number, CancellationToken cancellationToken)
        {
            var suspect = number >= Suspects ? 1 : 0;
            MostSuspects = Math.Max(MostSuspects, Interlocked.Add(ref _suspects, suspect));
            var inside = Interlocked.Increment(ref _inside);
            MostInside = Math.Max(MostInside, inside);
            if (inside == full)
            {
                Full.TrySetResult();
            }

            await _open.Task.WaitAsync(cancellationToken);
            Interlocked.Decrement(ref _inside);
            Interlocked.Add(ref _suspects, -suspect);
        }
    }

    private sealed class KnockHandler(Door door) : IJobHandler<Knock>
    {
        public Task HandleAsync(Knock payload, JobContext job, CancellationToken cancellationToken) =>
            door.EnterAsync(payload.Number, cancellationToken);
    }
}
