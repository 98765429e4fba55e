namespace Pawl.Storage.Tests;

public abstract partial class JobStoreSpec
{
    [Fact]
    public async Task A_success_is_kept_with_all_that_went_in_and_came_out()
    {
        var job = await RunningAsync();
        var result = Item("a1") with
        {
            InputHash = "in",
            Parts = new Dictionary<string, string> { ["parser"] = "1.2", ["cards"] = "v1" },
            OptionsHash = "opt",
            UpstreamHash = "up",
            OutputHash = "out",
            Outputs = Json("""{"cards":3}"""),
            Metrics = new Dictionary<string, double> { ["tokens"] = 12.5 },
        };

        await SaveItemsAsync(job, result);
        var row = Assert.Single(await Store.ItemsAsync("commits", ["a1"], Ct));

        Assert.NotNull(row);
        Assert.Equal(("commits", "a1", ItemOutcome.Succeeded), (row.Dataset, row.Key, row.LastOutcome));
        Assert.Equal(("in", "opt", "up", "out"), (row.InputHash, row.OptionsHash, row.UpstreamHash, row.OutputHash));
        Assert.Equal(result.Parts.OrderBy(part => part.Key), row.Parts.OrderBy(part => part.Key));
        Assert.Equal(("""{"cards":3}""", 12.5), (Text(row.Outputs ?? default), row.Metrics["tokens"]));
        Assert.Equal((Now, null, Now), (row.SucceededAt, row.FailedAt, row.UpdatedAt));
        Assert.Equal((job.Lease.Job, 1, 0, null), (row.JobId, row.Attempt, row.Failures, row.Error));
        var run = Assert.Single(await Store.ItemRunsAsync(new ItemRunQuery(job.Lease.Job), Ct));
        Assert.Equal((job.Lease.Job, 1, Now), (run.JobId, run.Attempt, run.At));
        Assert.Equal(Show(result), Show(run.Result));
    }

    [Fact]
    public async Task A_failure_keeps_what_the_last_success_left()
    {
        var job = await RunningAsync();
        await SaveItemsAsync(job, Item("a1") with { InputHash = "old", OutputHash = "out", Outputs = Json("1") });
        var succeeded = Now;
        Pass(TimeSpan.FromSeconds(1));

        await SaveItemsAsync(job, Item("a1", ItemOutcome.Failed) with { InputHash = "new", Error = Error() });
        await SaveItemsAsync(job, Item("a1", ItemOutcome.Failed) with { InputHash = "new", Error = Error() });

        var row = Assert.Single(await Store.ItemsAsync("commits", ["a1"], Ct))!;
        Assert.Equal((ItemOutcome.Failed, 2, "http_502"), (row.LastOutcome, row.Failures, row.Error?.Code));
        Assert.Equal(("old", "out", "1"), (row.InputHash, row.OutputHash, Text(row.Outputs ?? default)));
        Assert.Equal((succeeded, Now, Now), (row.SucceededAt, row.FailedAt, row.UpdatedAt));
    }

    [Fact]
    public async Task A_success_after_failures_begins_anew()
    {
        var job = await RunningAsync();
        await SaveItemsAsync(job, Item("a1", ItemOutcome.Failed) with { Error = Error() });
        await SaveItemsAsync(job, Item("a1") with { InputHash = "in" });

        var row = Assert.Single(await Store.ItemsAsync("commits", ["a1"], Ct))!;

        Assert.Equal((ItemOutcome.Succeeded, 0, null, "in"), (row.LastOutcome, row.Failures, row.Error, row.InputHash));
    }

    [Fact]
    public async Task An_item_that_has_only_failed_has_no_hashes_of_a_success()
    {
        var job = await RunningAsync();
        await SaveItemsAsync(job, Item("a1", ItemOutcome.Failed) with { InputHash = "in", Error = Error() });

        var row = Assert.Single(await Store.ItemsAsync("commits", ["a1"], Ct))!;

        Assert.Equal((null, null, 1), (row.SucceededAt, row.InputHash, row.Failures));
    }

    [Fact]
    public async Task A_skipped_item_is_a_run_but_no_outcome()
    {
        var job = await RunningAsync();
        await SaveItemsAsync(job, Item("a1") with { InputHash = "in" });
        var before = Show(await Store.ItemsAsync("commits", ["a1"], Ct));
        Pass(TimeSpan.FromSeconds(1));

        await SaveItemsAsync(job, Item("a1", ItemOutcome.Skipped), Item("b2", ItemOutcome.Skipped));

        Assert.Equal(before, Show(await Store.ItemsAsync("commits", ["a1"], Ct)));
        Assert.Equal([null], await Store.ItemsAsync("commits", ["b2"], Ct));
        Assert.Equal(3, (await Store.ItemRunsAsync(new ItemRunQuery(job.Lease.Job), Ct)).Count);
    }

    [Fact]
    public async Task A_thousand_keys_are_answered_in_the_order_asked()
    {
        var job = await RunningAsync();
        await SaveItemsAsync(job, [.. Enumerable.Range(0, 500).Select(n => Item($"k{n * 2}"))]);
        var keys = Enumerable.Range(0, 1000).Reverse().Select(n => $"k{n}").ToList();

        var rows = await Store.ItemsAsync("commits", keys, Ct);

        Assert.Equal(keys.Select((key, n) => n % 2 == 1 ? key : null), rows.Select(row => row?.Key));
    }

    [Fact]
    public async Task A_key_asked_for_twice_is_answered_twice()
    {
        await SaveItemsAsync(await RunningAsync(), Item("a1"));

        var rows = await Store.ItemsAsync("commits", ["a1", "b2", "a1"], Ct);

        Assert.Equal(["a1", null, "a1"], rows.Select(row => row?.Key));
    }

    [Fact]
    public async Task Ledgers_do_not_mix()
    {
        await SaveItemsAsync(await RunningAsync(), Item("a1"), Item("a1") with { Dataset = "other", InputHash = "x" });

        Assert.Null(Assert.Single(await Store.ItemsAsync("commits", ["a1"], Ct))?.InputHash);
        Assert.Equal("x", Assert.Single(await Store.ItemsAsync("other", ["a1"], Ct))?.InputHash);
        Assert.Equal([null], await Store.ItemsAsync("third", ["a1"], Ct));
    }

    [Fact]
    public async Task The_runs_of_a_key_are_told_newest_first_over_all_jobs()
    {
        var first = await RunningAsync();
        await SaveItemsAsync(first, Item("a1") with { InputHash = "1" }, Item("b2"));
        await EndAsync(Success(first));
        var second = await RunningAsync();
        await SaveItemsAsync(second, Item("a1") with { InputHash = "2" });

        var runs = await Store.ItemRunsAsync(new ItemRunQuery(null, "commits", "a1"), Ct);

        Assert.Equal(["2", "1"], runs.Select(run => run.Result.InputHash));
        Assert.Equal([second.Lease.Job, first.Lease.Job], runs.Select(run => run.JobId));
        Assert.Single(await Store.ItemRunsAsync(new ItemRunQuery(null, "commits", "a1", Limit: 1), Ct));
        Assert.Equal(2, (await Store.ItemRunsAsync(new ItemRunQuery(first.Lease.Job), Ct)).Count);
        var both = Assert.Single(await Store.ItemRunsAsync(new ItemRunQuery(first.Lease.Job, "commits", "a1"), Ct));
        Assert.Equal((first.Lease.Job, "a1"), (both.JobId, both.Result.Key));
        Assert.Empty(await Store.ItemRunsAsync(new ItemRunQuery(new JobId(987_654), "commits", "a1"), Ct));
    }

    [Fact]
    public async Task One_item_may_come_twice_in_one_save()
    {
        var job = await RunningAsync();
        await SaveItemsAsync(job, Item("a1", ItemOutcome.Failed) with { Error = Error() }, Item("a1") with { InputHash = "in" });

        Assert.Equal(ItemOutcome.Succeeded, Assert.Single(await Store.ItemsAsync("commits", ["a1"], Ct))?.LastOutcome);
        Assert.Equal(2, (await Store.ItemRunsAsync(new ItemRunQuery(null, "commits", "a1"), Ct)).Count);
    }

    [Fact]
    public async Task Recorded_items_are_an_event_of_the_job()
    {
        var job = await RunningAsync();
        await SaveItemsAsync(job, Item("a1"));

        Assert.Equal(EventKind.Items, (await KindsAsync(job.Lease.Job))[^1]);
    }

    protected static ItemResult Item(string key, ItemOutcome outcome = ItemOutcome.Succeeded) =>
        new() { Dataset = "commits", Key = key, Outcome = outcome };

    protected async Task SaveItemsAsync(Claimed job, params ItemResult[] items) =>
        Assert.Equal(Settled.Done, (await SaveAsync(new AttemptSave { Lease = job.Lease, Items = items })).What);
}
