using System.Text;
using Microsoft.Extensions.Logging;
using Pawl.Running;
using Pawl.Storage;
using Pawl.Testing;

namespace Pawl.Tests.Running;

/// <summary>What an attempt says together with its end is stored with it, and when it cannot be the end is another one.</summary>
public sealed class LastWordsTests
{
    private static readonly Lease Lease = new(new JobId(7), 1, new LeaseToken(1, 2));
    private static readonly SaveReply Refused = new(
        Settled.Done, ChildRefusal: new EnqueueRefusal(1, "dependency_missing", new JobId(4711)));

    private static readonly Settlement Failed = new() { Lease = Lease, Outcome = Outcome.Failed, Event = JobEvent.FailedForGood };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_success_whose_last_children_are_refused_is_a_failure_that_says_so()
    {
        await using var test = await StartAsync((_, job, _) =>
        {
            job.Logger.Log(LogLevel.Information, "bye");
            return Task.CompletedTask;
        });
        var id = (await test.Jobs.EnqueueAsync(new Say(), cancellationToken: Token)).Id;
        await test.RunUntilIdleAsync(Token);

        var failed = await test.Jobs.GetAsync(id, Token);
        Assert.Equal((JobState.Scheduled, WaitReason.Retry, 1), (failed.State, failed.WaitReason!.Value, failed.Failures));
        Assert.Contains("it depends on job 4711, which is not there", failed.Error!.Message, StringComparison.Ordinal);
        Assert.Contains("bye", await LogAsync(test, id), StringComparison.Ordinal);

        // The next attempt has nothing to be refused.
        await test.AdvanceAsync(TimeSpan.FromSeconds(80), Token);
        var job = await test.Jobs.GetAsync(id, Token);
        Assert.Equal((JobState.Succeeded, 2), (job.State, job.Attempt));
    }

    [Fact]
    public async Task Another_end_than_a_success_stands_without_what_was_refused()
    {
        await using var test = await StartAsync((_, job, _) =>
        {
            job.Logger.Log(LogLevel.Information, "bye");
            return job.SnoozeAsync(TimeSpan.FromHours(1), "later");
        });
        var id = (await test.Jobs.EnqueueAsync(new Say(), cancellationToken: Token)).Id;
        await test.RunUntilIdleAsync(Token);

        var snoozed = await test.Jobs.GetAsync(id, Token);
        Assert.Equal((JobState.Scheduled, WaitReason.Snooze, 0), (snoozed.State, snoozed.WaitReason!.Value, snoozed.Failures));
        Assert.Contains("bye", await LogAsync(test, id), StringComparison.Ordinal);
    }

    [Fact]
    public void Refused_children_take_all_with_them_but_the_log()
    {
        var instead = LastWords.Without(Ended(JobEvent.Completed), Refused, _ => Failed, out var why);

        Assert.Equal(("dependency_missing", new JobId(4711)), (why!.Code, why.Job!.Value));
        Assert.Equal((JobEvent.FailedForGood, "bye"), (instead.Event, Encoding.UTF8.GetString(instead.Last!.Log.Span)));
        Assert.Equal((0, null, null), (instead.Last.Children.Count, instead.Last.Checkpoint, instead.Last.Progress));
        Assert.Equal(JobEvent.Released, LastWords.Without(Ended(JobEvent.Released), Refused, _ => Failed, out _).Event);
    }

    [Fact]
    public void A_checkpoint_whose_number_is_not_the_next_takes_whatever_is_next()
    {
        var older = new SaveReply(Settled.Done, CheckpointVersion: 3, CheckpointOlder: true);
        var instead = LastWords.Without(Ended(JobEvent.Completed), older, _ => Failed, out var why);

        Assert.Null(why);
        Assert.Equal((JobEvent.Completed, 1, null), (instead.Event, instead.Last!.Children.Count, instead.Last.Checkpoint!.Version));
    }

    private static Settlement Ended(JobEvent happened) => new()
    {
        Lease = Lease,
        Outcome = happened == JobEvent.Completed ? Outcome.Succeeded : Outcome.Released,
        Event = happened,
        Last = new()
        {
            Lease = Lease,
            Progress = new() { Done = 1 },
            Checkpoint = new("3"u8.ToArray(), Version: 2),
            Log = "bye"u8.ToArray(),
            Children = [new() { Type = "other", Queue = "default", Payload = "{}"u8.ToArray() }],
        },
    };

    private static async Task<string> LogAsync(PawlTest test, JobId id) =>
        Encoding.UTF8.GetString((await test.Jobs.LogAsync(id, cancellationToken: Token)).Text.Span);

    private static Task<PawlTest> StartAsync(Func<Say, JobContext, CancellationToken, Task> does) =>
        Stage.StartAsync(does, around: store => new FaultyStore(store) { LastRefused = Refused });
}
