using Pawl.Storage;
using Pawl.Testing;
using Pawl.Tests.Maintenance;
using Pawl.Tests.Running;

namespace Pawl.Tests.Testing;

public sealed class StandstillTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_job_that_is_offered_while_the_store_is_looked_at_is_not_overlooked()
    {
        await using var here = await Installation.OpenAsync();
        var worker = await here.WorkerAsync();
        var leader = await here.LeaderAsync(Installation.Settings(), worker);
        await here.EnqueueAsync(delay: TimeSpan.FromSeconds(1));
        here.Clock.Advance(TimeSpan.FromSeconds(1));
        var store = new FaultyStore(here.Store);
        var still = new Standstill(store, new JobTypes([]), here.Clock);

        // Seen in the lines as scheduled, and gone from the scheduled ones when these are read.
        store.Meanwhile("Lines", async () =>
        {
            await here.Store.PromoteAsync(new PromoteRequest(leader.Term!.Value, here.Clock.GetUtcNow()), Token);
            Assert.Single(await here.ClaimAsync(worker));
        });

        Assert.False(await still.IsReachedAsync(Token));
    }

    [Fact]
    public async Task What_waits_for_a_later_time_does_not_count()
    {
        await using var here = await Installation.OpenAsync();
        await here.EnqueueAsync(delay: TimeSpan.FromSeconds(1));
        var still = new Standstill(here.Store, new JobTypes([]), here.Clock);

        Assert.True(await still.IsReachedAsync(Token));
        here.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False(await still.IsReachedAsync(Token));
    }
}
