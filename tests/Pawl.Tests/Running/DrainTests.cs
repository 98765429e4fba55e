using System.Collections.Concurrent;
using Pawl.Running;
using Pawl.Testing;

namespace Pawl.Tests.Running;

public sealed class DrainTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Far_more_jobs_than_fit_in_hand_are_drained_without_waiting_for_a_poll()
    {
        var runs = new ConcurrentBag<JobId>();
        await using var test = await Stage.StartAsync((_, job, _) =>
        {
            runs.Add(job.Id);
            return Task.CompletedTask;
        });

        await test.Jobs.EnqueueManyAsync(Enumerable.Range(0, 5_000).Select(i => new Say($"{i}")), cancellationToken: Token);
        await test.RunUntilIdleAsync(Token);   // the clock stands still, so no poll comes to the rescue

        Assert.Equal(5_000, runs.Count);
        Assert.Equal(5_000, runs.Distinct().Count());
    }

    [Fact]
    public async Task What_is_unsettled_is_counted_right_under_many_hands()
    {
        const int Each = 20_000;
        var answered = 0;
        var all = Stage.Point();
        using var batches = new Batches<int, int>(TimeProvider.System, 100)
        {
            Call = (items, _) => new([.. items]),
            Answered = (_, _) =>
            {
                if (++answered == Each * 4)
                {
                    all.SetResult();
                }
            },
            Failed = (_, error) => all.TrySetException(error),
            Troubled = (_, _, error) => all.TrySetException(error),
            Cured = () => { },
        };
        var loop = batches.RunAsync(Token);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(
            () =>
            {
                for (var i = 0; i < Each; i++)
                {
                    batches.Add(i);
                }
            },
            Token)));
        await all.PassedAsync();

        Assert.Equal(0, batches.Pending);
        batches.Close();
        await loop;
    }
}
