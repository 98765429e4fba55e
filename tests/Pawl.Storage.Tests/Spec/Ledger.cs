namespace Pawl.Storage.Tests;

public abstract partial class JobStoreSpec
{
    [Fact]
    public async Task A_ledger_is_read_in_the_order_of_its_keys_by_prefix_outcome_and_page()
    {
        var job = await RunningAsync();
        await SaveItemsAsync(job, [.. ((string[])["b1", "a2", "a1", "A9", "b", "z\u00e9", "zz"]).Select(key => Item(key))]);
        await SaveItemsAsync(job, Item("a1", ItemOutcome.Failed) with { Error = Error() }, Item("zz", ItemOutcome.Failed));
        await SaveItemsAsync(job, Item("a3") with { Dataset = "other" });

        Assert.Equal(["A9", "a1", "a2", "b", "b1", "zz", "z\u00e9"], await LedgerAsync(new LedgerQuery("commits")));
        Assert.Equal(["a1", "a2"], await LedgerAsync(new LedgerQuery("commits", "a")));
        Assert.Equal(["b", "b1"], await LedgerAsync(new LedgerQuery("commits", "b")));
        Assert.Equal(["a1", "zz"], await LedgerAsync(new LedgerQuery("commits", Outcome: ItemOutcome.Failed)));
        Assert.Equal(["a2"], await LedgerAsync(new LedgerQuery("commits", "a", ItemOutcome.Succeeded)));
        Assert.Equal(["a2", "b"], await LedgerAsync(new LedgerQuery("commits", After: "a1", Limit: 2)));
        Assert.Equal(["zz"], await LedgerAsync(new LedgerQuery("commits", Outcome: ItemOutcome.Failed, After: "a1")));
        Assert.Empty(await LedgerAsync(new LedgerQuery("nothing")));
    }

    [Fact]
    public async Task Ledgers_are_counted_as_their_items_succeed_and_fail()
    {
        var job = await RunningAsync();
        await SaveItemsAsync(job, Item("a"), Item("b"), Item("c", ItemOutcome.Failed), Item("d", ItemOutcome.Skipped));
        Assert.Equal([new DatasetRow("commits", 2, 1, Now)], await Store.DatasetsAsync(Ct));

        Pass(TimeSpan.FromSeconds(1));
        await SaveItemsAsync(
            job, Item("a"), Item("b", ItemOutcome.Failed), Item("b", ItemOutcome.Failed), Item("c"), Item("e"),
            Item("x") with { Dataset = "other" });
        Assert.Equal(
            [new DatasetRow("commits", 3, 1, Now), new DatasetRow("other", 1, 0, Now)], await Store.DatasetsAsync(Ct));
        Assert.Equal(4, (await Store.DatasetsAsync(Ct))[0].Rows);
    }

    [Fact]
    public async Task The_runs_of_items_are_read_by_outcome_and_page()
    {
        var job = await RunningAsync();
        await SaveItemsAsync(job, Item("a"), Item("b", ItemOutcome.Failed), Item("a", ItemOutcome.Skipped), Item("c"));
        var id = job.Lease.Job;

        var all = await Store.ItemRunsAsync(new ItemRunQuery(id), Ct);
        Assert.Equal(["c", "a", "b", "a"], all.Select(run => run.Result.Key));
        Assert.Equal(["b"], await RunsAsync(new ItemRunQuery(id, Outcome: ItemOutcome.Failed)));
        Assert.Equal(["b", "a"], await RunsAsync(new ItemRunQuery(id, Before: all[1].Id)));
        Assert.Equal(["a"], await RunsAsync(new ItemRunQuery(null, "commits", "a", Before: all[1].Id)));
        Assert.Equal(["a"], await RunsAsync(new ItemRunQuery(null, "commits", "a", Outcome: ItemOutcome.Skipped)));
    }

    private async Task<IEnumerable<string>> LedgerAsync(LedgerQuery query) => (await Store.LedgerAsync(query, Ct)).Select(row => row.Key);

    private async Task<IEnumerable<string>> RunsAsync(ItemRunQuery query) =>
        (await Store.ItemRunsAsync(query, Ct)).Select(run => run.Result.Key);
}
