namespace Pawl.Storage.Tests;

public abstract partial class JobStoreSpec
{
    private const int TooManyToSort = 10_050;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_long_list_by_priority_is_walked_in_its_order_whatever_priorities_were_given_since(bool ascending)
    {
        var made = await ManyAsync();
        await EditAllAsync(made.Take(300).Where((_, n) => n % 3 == 0), 7, null);
        await EditAllAsync(made.Skip(5_000).Take(40), 1_000, null);
        await EditAllAsync(made.Skip(6_000).Take(40), -1_000, null);
        await EditAllAsync(made.Skip(7_000).Take(40), 0, null);
        await EditAllAsync(made.Skip(8_000).Take(40), null, "elsewhere");
        await DrainAsync(30);
        var query = new JobQuery { Sort = JobSort.Priority, Ascending = ascending, Limit = 1_000 };

        var walked = await PagesAsync(query);
        var elsewhere = await PagesAsync(query with { Queue = "elsewhere" });
        var queued = await PagesAsync(query with { States = [JobState.Queued] });

        Assert.Equal(TooManyToSort, walked.Count);
        Assert.Equal(walked.Select(Place).Order(By(ascending)), walked.Select(Place));
        Assert.Equal(TooManyToSort, walked.Select(job => job.Id).Distinct().Count());
        Assert.Equal(walked.Where(job => job.Queue == "elsewhere").Select(Place), elsewhere.Select(Place));
        Assert.Equal(walked.Where(job => job.State == JobState.Queued).Select(Place), queued.Select(Place));
        Assert.Equal((80, 40), (walked.Count(job => job.Priority is 1_000 or -1_000), elsewhere.Count));
    }

    [Fact]
    public async Task A_job_that_is_there_during_a_whole_walk_by_priority_is_seen_once_whatever_comes_and_goes()
    {
        var made = (await ManyAsync()).ToHashSet();
        var seen = new List<JobId>();
        var query = new JobQuery { Sort = JobSort.Priority, Limit = 1_000 };
        for (var page = await Store.ListAsync(query, Ct); ; page = await Store.ListAsync(query with { After = page.Next }, Ct))
        {
            seen.AddRange(page.Jobs.Select(job => job.Id));
            if (page.Next is null)
            {
                break;
            }

            await EnqueueAllAsync([Plain with { Priority = 900 }, Plain, Plain with { Priority = -900 }]);
            await DrainAsync(1);
        }

        Assert.Equal(seen.Count, seen.Distinct().Count());
        Assert.Superset(made, seen.ToHashSet());
    }

    private async Task<List<JobId>> ManyAsync()
    {
        int[] priorities = [0, 20, -20, 0, 5];
        var ids = new List<JobId>(TooManyToSort);
        foreach (var some in Enumerable.Range(0, TooManyToSort).Chunk(5_000))
        {
            ids.AddRange((await EnqueueAllAsync(some.Select(n => Plain with
            {
                Priority = n >= TooManyToSort - 50 ? 500 : priorities[n % 5],
                Type = n % 2 == 0 ? "mail" : "report",
                UniqueKey = n % 100 == 0 ? $"k{n}" : null,
            }))).Select(job => job.Id));
        }

        return ids;
    }

    private async Task EditAllAsync(IEnumerable<JobId> ids, int? priority, string? queue) =>
        Assert.All(
            await Store.EditAsync(new EditRequest { Ids = [.. ids], Now = Now, Priority = priority, Queue = queue }, Ct),
            changed => Assert.Null(changed.Refusal));

    private async Task<List<Job>> PagesAsync(JobQuery query)
    {
        var jobs = new List<Job>();
        for (var next = (JobPosition?)null; ; query = query with { After = next })
        {
            var page = await Store.ListAsync(query, Ct);
            jobs.AddRange(page.Jobs);
            next = page.Next;
            if (next is null)
            {
                return jobs;
            }
        }
    }

    private static (int, long) Place(Job job) => (job.Priority, job.Id.Value);

    private static Comparer<(int, long)> By(bool ascending) =>
        Comparer<(int, long)>.Create((one, other) => ascending ? one.CompareTo(other) : other.CompareTo(one));
}
