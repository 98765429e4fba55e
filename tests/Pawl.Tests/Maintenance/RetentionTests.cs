using Pawl.Maintenance;
using Pawl.Storage;

namespace Pawl.Tests.Maintenance;

public sealed class RetentionTests
{
    [Fact]
    public async Task Failed_jobs_are_kept_for_30_days_and_then_removed()
    {
        await using var here = await Installation.OpenAsync();
        var settings = new ChoreSettings();
        var worker = await here.WorkerAsync();
        var job = await here.FailedAsync(worker);
        var retention = new Retention(here.Store, settings, here.Clock, here);
        here.Clock.Advance(TimeSpan.FromDays(30) - TimeSpan.FromSeconds(1));
        var term = (await here.LeaderAsync(settings, worker)).Term!.Value;
        Assert.Equal(TimeSpan.FromMinutes(1), retention.Begin(term));
        Assert.Equal(TimeSpan.FromHours(1), await retention.StepAsync(term, Installation.Cancelled));
        Assert.NotEmpty(await here.Store.GetAsync([job], Installation.Cancelled));
        here.Clock.Advance(TimeSpan.FromSeconds(1));
        await retention.StepAsync(term, Installation.Cancelled);
        Assert.Empty(await here.Store.GetAsync([job], Installation.Cancelled));
    }

    [Fact]
    public async Task A_type_may_have_its_own_rule()
    {
        await using var here = await Installation.OpenAsync();
        var settings = Installation.Settings(new ChoreType { Name = "capture", KeepFailed = TimeSpan.FromDays(1) });
        var worker = await here.WorkerAsync();
        var job = await here.FailedAsync(worker);
        here.Clock.Advance(TimeSpan.FromDays(1));
        var term = (await here.LeaderAsync(settings, worker)).Term!.Value;
        await new Retention(here.Store, settings, here.Clock, here).StepAsync(term, Installation.Cancelled);
        Assert.Empty(await here.Store.GetAsync([job], Installation.Cancelled));
    }

    [Fact]
    public async Task Many_are_removed_in_slices_with_pauses()
    {
        await using var here = await Installation.OpenAsync();
        var settings = new ChoreSettings();
        var worker = await here.WorkerAsync();
        for (var n = 0; n < 600; n++)
        {
            await here.FailedAsync(worker);
        }

        here.Clock.Advance(TimeSpan.FromDays(31));
        var term = (await here.LeaderAsync(settings, worker)).Term!.Value;
        var retention = new Retention(here.Store, settings, here.Clock, here);
        Assert.Equal(TimeSpan.FromMilliseconds(100), await retention.StepAsync(term, Installation.Cancelled));
        Assert.Equal(100, (await here.Store.ListAsync(new JobQuery { Limit = 1_000 }, Installation.Cancelled)).Jobs.Count);
        Assert.Equal(TimeSpan.FromHours(1), await retention.StepAsync(term, Installation.Cancelled));
        Assert.Contains(here.Lines, line => line == "1420 600 ended jobs were kept long enough and are removed.");
    }
}
