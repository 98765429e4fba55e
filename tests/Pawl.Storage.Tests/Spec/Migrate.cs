namespace Pawl.Storage.Tests;

public abstract partial class JobStoreSpec
{
    [Fact]
    public async Task A_look_at_the_schema_applies_nothing()
    {
        await using var store = await OpenAsync(Clock);

        var first = await store.MigrateAsync(apply: false, Ct);
        var second = await store.MigrateAsync(apply: false, Ct);

        Assert.Equal(Show(first), Show(second));
        Assert.Equal(first.Pending.Count == 0, first.Ready);
        Assert.True(first.Known >= 1);
    }

    [Fact]
    public async Task Applying_the_steps_makes_the_store_ready()
    {
        await using var store = await OpenAsync(Clock);

        var status = await store.MigrateAsync(apply: true, Ct);

        Assert.True(status.Ready);
        Assert.Equal(status.Known, status.Version);
        Assert.Empty(status.Pending);
        Assert.Empty(status.Missing);
        Assert.Single((await store.EnqueueAsync(new EnqueueRequest([Plain], Now), Ct)).Jobs);
    }

    [Fact]
    public async Task Applying_the_steps_again_changes_nothing()
    {
        var id = await EnqueueAsync();
        var before = await PhotoAsync(id);

        var status = await Store.MigrateAsync(apply: true, Ct);

        Assert.True(status.Ready);
        Assert.Equal(before, await PhotoAsync(id));
    }

    [Fact]
    public async Task Many_may_apply_the_steps_at_once()
    {
        await using var store = await OpenAsync(Clock);

        var all = await TogetherAsync(8, async _ => await store.MigrateAsync(apply: true, Ct));

        Assert.All(all, status => Assert.True(status.Ready));
    }

    [Fact]
    public async Task A_store_without_tables_says_what_it_waits_for()
    {
        await using var store = await OpenAsync(Clock);
        if ((await store.MigrateAsync(apply: false, Ct)).Ready)
        {
            return;
        }

        var refused = await Assert.ThrowsAsync<PawlException>(async () => await store.EnqueueAsync(new EnqueueRequest([Plain], Now), Ct));

        Assert.Equal("waiting_for_schema", refused.Code);
    }

    [Fact]
    public void A_store_says_what_it_is()
    {
        Assert.Contains(Store.Info.Kind, new[] { "sqlite", "postgres" });
        Assert.NotEmpty(Store.Info.Version);
        Assert.NotEmpty(Store.Info.Place);
        Assert.DoesNotContain("password", Store.Info.Place, StringComparison.OrdinalIgnoreCase);
    }
}
