using Pawl.Testing;

namespace Pawl.Tests.Running;

/// <summary>What a stop in the middle costs: nothing that was done.</summary>
public sealed class ResumeTests
{
    private static readonly Action<PawlOptions> AtOnce = options => options.Worker.DrainTimeout = TimeSpan.Zero;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_walk_that_was_stopped_at_40_of_100_goes_on_there_and_repeats_nothing()
    {
        var (begins, done) = (new List<(long Told, int Really)>(), new List<int>());
        await using var test = await Stage.StartAsync(
            async (_, job, token) =>
            {
                begins.Add((job.CurrentProgress.Done, done.Count));
                job.Progress(job.CurrentProgress.Done, 100);
                await job.Items("demo").ForEachAsync(Enumerable.Range(0, 100), number => ($"{number}", "1"), OneAsync, token);

                async Task OneAsync(int number, CancellationToken stop)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(100), job.Clock, stop);
                    done.Add(number);
                }
            },
            AtOnce);
        var id = (await test.Jobs.EnqueueAsync(new Say(), cancellationToken: Token)).Id;
        await test.PassAsync(TimeSpan.FromMilliseconds(4_050), Token);
        Assert.Equal(40, done.Count);

        await test.RestartAsync(Token);
        await test.PassAsync(TimeSpan.FromSeconds(1), Token);
        Assert.InRange((await test.Jobs.GetAsync(id, Token)).Progress!.Done, begins[1].Really, begins[1].Really + 11);
        await test.AdvanceAsync(TimeSpan.FromSeconds(10), Token);

        Assert.Equal([(0, 0), (begins[1].Really, begins[1].Really)], begins);
        Assert.InRange(begins[1].Really, 40, 41);   // the clock moves to the next timer while the host stops
        Assert.Equal(Enumerable.Range(0, 100), done);
        var job = await test.Jobs.GetAsync(id, Token);
        Assert.Equal((JobState.Succeeded, 0, 100L, 100L), (job.State, job.Failures, job.Progress!.Done, job.Progress.Total!.Value));
    }

    [Fact]
    public async Task Three_restarts_during_one_job_count_as_no_failure()
    {
        await using var test = await Stage.StartAsync(
            (_, job, token) => Task.Delay(job.Attempt < 4 ? TimeSpan.FromSeconds(50) : TimeSpan.Zero, job.Clock, token), AtOnce);
        var id = (await test.Jobs.EnqueueAsync(new Say(), cancellationToken: Token)).Id;
        for (var restart = 0; restart < 3; restart++)
        {
            await test.PassAsync(TimeSpan.FromSeconds(5), Token);
            await test.RestartAsync(Token);
        }

        await test.RunUntilIdleAsync(Token);
        var job = await test.Jobs.GetAsync(id, Token);
        Assert.Equal((JobState.Succeeded, 4, 0, 0), (job.State, job.Attempt, job.Failures, job.Losses));
        Assert.Equal(
            [Outcome.Succeeded, Outcome.Released, Outcome.Released, Outcome.Released],
            (await test.Jobs.AttemptsAsync(id, Token)).Select(attempt => attempt.Outcome!.Value));
    }

    [Fact]
    public async Task Over_a_hundred_thousand_items_the_checkpoint_stays_small()
    {
        const int Count = 100_000;
        await using var test = await Stage.StartAsync(async (_, job, token) =>
        {
            var items = job.Items("pull_requests");
            for (var page = 0; page < Count / 5_000; page++)
            {
                await items.ForEachAsync(
                    Enumerable.Range(page * 5_000, 5_000), number => ($"{number}", "1"), (_, _) => Task.CompletedTask, token);
                var place = new CheckpointOptions { CursorKind = CursorKind.Page, LastItemKey = $"{page}" };
                await job.SaveAsync(new AttemptTests.Cursor(page + 1), place, token);
            }
        });
        var id = (await test.Jobs.EnqueueAsync(new Say(), cancellationToken: Token)).Id;
        await test.RunUntilIdleAsync(Token);

        var job = await test.Jobs.GetAsync(id, Token);
        Assert.Equal((JobState.Succeeded, (long)Count), (job.State, job.Progress!.Done));
        Assert.Equal((CursorKind.Page, 20), (job.Checkpoint!.CursorKind, job.Checkpoint.Version));
        Assert.InRange(job.Checkpoint.Data.Length, 1, 4_096);
    }
}
