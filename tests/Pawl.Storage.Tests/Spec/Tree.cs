namespace Pawl.Storage.Tests;

public abstract partial class JobStoreSpec
{
    [Fact]
    public async Task A_tree_of_four_levels_is_rolled_up_at_its_root()
    {
        var (project, jobs) = (await EnqueueAsync(Plain with { Type = "project", Kind = "project" }), new List<JobId>());
        for (var i = 0; i < 2; i++)
        {
            var job = await EnqueueAsync(Plain with { Type = "job", Kind = "job", ParentId = project });
            var task = await EnqueueAsync(Plain with { Type = "task", Kind = "task", ParentId = job });
            jobs.AddRange([job, task]);
            for (var j = 0; j < 3; j++)
            {
                await EnqueueAsync(Plain with { Type = "errand", Kind = "errand", ParentId = task });
            }
        }

        var stranger = await RunningAsync(Plain with { Type = "stranger" });
        await SaveAsync(new AttemptSave { Lease = stranger.Lease, Progress = new JobProgress { Done = 1_000, Total = 1_000 } });
        var errands = await ClaimAsync(Ask(await WorkerAsync(), 6, ("default", "errand")));
        foreach (var errand in errands)
        {
            await SaveAsync(new AttemptSave { Lease = errand.Lease, Progress = Told(done: 4, failed: 1, skipped: 2, total: 10) });
        }

        await EndAsync(Success(errands[0]));
        var ahead = await ClaimOneAsync(type: "project");
        await SaveAsync(new AttemptSave { Lease = ahead.Lease, Progress = Told(done: 3, total: 3) });

        var tree = await TreeAsync(project);
        Assert.Equal((project, 11L, 4, false), (tree.Root, tree.Jobs, tree.Levels, tree.Partial));
        Assert.Equal((27L, 6L, 12L, 63L), (tree.Progress.Done, tree.Progress.Failed, tree.Progress.Skipped, tree.Progress.Total!.Value));
        Assert.Equal(
            [(JobState.Queued, 4L), (JobState.Running, 6L), (JobState.Succeeded, 1L)],
            tree.Counts.OrderBy(count => count.Key).Select(count => (count.Key, count.Value)));
        Assert.Equal(12, (await TreeAsync(jobs[0])).Progress.Done);
        Assert.Equal(3, (await TreeAsync(jobs[1])).Jobs - 1);

        static JobProgress Told(long done, long failed = 0, long skipped = 0, long? total = null) =>
            new() { Done = done, Failed = failed, Skipped = skipped, Total = total };
    }

    [Fact]
    public async Task A_tree_knows_no_total_when_one_of_its_jobs_knows_none()
    {
        var root = await RunningAsync();
        var child = await RunningAsync(Plain with { Type = "child", ParentId = root.Lease.Job });
        await SaveAsync(new AttemptSave { Lease = root.Lease, Progress = new JobProgress { Done = 1, Total = 2 } });
        Assert.Equal(2, (await TreeAsync(root.Lease.Job)).Progress.Total);

        await SaveAsync(new AttemptSave { Lease = child.Lease, Progress = new JobProgress { Done = 5 } });

        var progress = (await TreeAsync(root.Lease.Job)).Progress;
        Assert.Equal((6L, null), (progress.Done, progress.Total));
    }

    [Fact]
    public async Task The_figures_of_all_items_in_a_tree_are_summed_by_name()
    {
        var root = await RunningAsync();
        var child = await RunningAsync(Plain with { Type = "child", ParentId = root.Lease.Job });
        await SaveAsync(new AttemptSave { Lease = root.Lease, Items = [Costing("a", 100, 0.25), Costing("b", 50, null)] });
        await SaveAsync(new AttemptSave { Lease = child.Lease, Items = [Costing("a", 7, 0.5)] });

        var metrics = (await TreeAsync(root.Lease.Job)).Metrics;
        Assert.Equal(
            [("cost", 0.75), ("tokens", 157)],
            metrics.OrderBy(metric => metric.Key, StringComparer.Ordinal).Select(metric => (metric.Key, metric.Value)));

        static ItemResult Costing(string key, double tokens, double? cost) => new()
        {
            Dataset = "cases",
            Key = key,
            Outcome = ItemOutcome.Succeeded,
            Metrics = cost is { } known
                ? new Dictionary<string, double> { ["tokens"] = tokens, ["cost"] = known }
                : new Dictionary<string, double> { ["tokens"] = tokens },
        };
    }

    [Fact]
    public async Task A_job_alone_is_a_tree_of_one()
    {
        var id = await EnqueueAsync();
        var tree = await TreeAsync(id);
        Assert.Equal((1L, 1, 0L, null), (tree.Jobs, tree.Levels, tree.Progress.Done, tree.Progress.Total));
        Assert.Empty(tree.Metrics);
        Assert.Null(await Store.TreeAsync(new JobId(id.Value + 1_000), Ct));
    }

    private async Task<JobTree> TreeAsync(JobId root) => Assert.IsType<JobTree>(await Store.TreeAsync(root, Ct));
}
