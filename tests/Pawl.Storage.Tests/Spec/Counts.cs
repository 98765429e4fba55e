namespace Pawl.Storage.Tests;

public abstract partial class JobStoreSpec
{
    [Fact]
    public async Task Depths_are_exact_in_every_state()
    {
        foreach (var state in Enum.GetValues<JobState>())
        {
            await InStateAsync(state);
            await InStateAsync(state, Plain with { Queue = "slow" });
        }

        foreach (var queue in new[] { "default", "slow" })
        {
            var line = await LineAsync(queue);
            Assert.All(Enum.GetValues<JobState>(), state => Assert.Equal(1, Count(line, state)));
            Assert.Equal((0, 1), (line.Held, line.Dead));
        }
    }

    [Fact]
    public async Task The_oldest_runnable_job_of_a_line_is_told()
    {
        var first = Now;
        await EnqueueAsync(Plain with { Priority = -5 });
        Pass(TimeSpan.FromMinutes(1));
        await EnqueueAsync(Plain with { Priority = 5 });
        await EnqueueAsync(Plain with { RunAt = Now.AddHours(1), Type = "later" });

        Assert.Equal(first, (await LineAsync()).OldestRunnableAt);
        Assert.Null((await LineAsync(type: "later")).OldestRunnableAt);
        await DrainAsync();
        Assert.Null((await LineAsync()).OldestRunnableAt);
    }

    [Fact]
    public async Task What_happened_is_counted_minute_by_minute()
    {
        var start = Now;
        await EnqueueAllAsync(Plain, Plain, Plain);
        Pass(TimeSpan.FromSeconds(2));
        var jobs = await ClaimAsync(await WorkerAsync(), 3);
        Pass(TimeSpan.FromMinutes(1));
        await EndAsync(Success(jobs[0]));
        await EndAsync(Failure(jobs[1]) with { Run = TimeSpan.FromSeconds(2) });
        await EndAsync(Again(jobs[2]) with { Outcome = Outcome.TimedOut, Run = TimeSpan.FromSeconds(3) });

        var minutes = await Store.MinutesAsync(start.AddMinutes(-1), Ct);

        Assert.Equal(2, minutes.Count);
        var (first, second) = (minutes.MinBy(row => row.Minute)!, minutes.MaxBy(row => row.Minute)!);
        Assert.Equal(("default", "mail", 3, 3), (first.Queue, first.Type, first.Created, first.Started));
        Assert.Equal(TimeSpan.FromSeconds(6), first.Wait);
        Assert.Equal(0, first.Minute.Second);
        Assert.True(first.Minute <= start && start < first.Minute.AddMinutes(1));
        Assert.Equal((0, 0, 1), (second.Created, second.Started, second.Died));
        Assert.Equal(
            [Outcome.Succeeded, Outcome.Failed, Outcome.TimedOut],
            second.Ended.Where(ended => ended.Value == 1).Select(ended => ended.Key).Order());
        Assert.Equal(TimeSpan.FromSeconds(6.5), second.Run);
        Assert.Equal(second.Minute, Assert.Single(await Store.MinutesAsync(second.Minute, Ct)).Minute);
    }
}
