namespace Pawl.Storage.Tests;

public abstract partial class JobStoreSpec
{
    [Fact]
    public async Task A_log_is_read_on_from_where_it_was_left()
    {
        var job = await RunningAsync();
        await LogAsync(job, "{\"n\":1}\n");
        await LogAsync(job, "{\"n\":2}\n{\"n\":3}\n");
        var all = await Store.LogAsync(new LogQuery(job.Lease.Job), Ct);

        Assert.Equal((1, "{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n", 24, false), (all.Attempt, Text(all.Text), all.NextOffset, all.Ended));
        await LogAsync(job, "{\"n\":4}\n");
        var rest = await Store.LogAsync(new LogQuery(job.Lease.Job, Offset: all.NextOffset), Ct);
        Assert.Equal(("{\"n\":4}\n", 32), (Text(rest.Text), rest.NextOffset));
    }

    [Fact]
    public async Task A_log_may_be_read_from_the_middle_of_what_was_written_together()
    {
        var job = await RunningAsync();
        await LogAsync(job, "{\"n\":1}\n{\"n\":2}\n");

        Assert.Equal("{\"n\":2}\n", Text((await Store.LogAsync(new LogQuery(job.Lease.Job, Offset: 8), Ct)).Text));
    }

    [Fact]
    public async Task A_log_comes_in_pages_of_whole_lines()
    {
        var job = await RunningAsync();
        var lines = Enumerable.Range(0, 200).Select(n => $"{{\"n\":{n},\"text\":\"{new string('x', n)}\"}}\n").ToList();
        foreach (var chunk in lines.Chunk(17))
        {
            await LogAsync(job, string.Concat(chunk));
        }

        var read = "";
        long offset = 0;
        for (var pages = 0; pages < 200; pages++)
        {
            var page = await Store.LogAsync(new LogQuery(job.Lease.Job, 1, offset, 1000), Ct);
            if (page.Text.IsEmpty)
            {
                break;
            }

            Assert.EndsWith("\n", Text(page.Text), StringComparison.Ordinal);
            Assert.True(page.Text.Length <= 1000 + 300 * 17);
            Assert.Equal(offset + page.Text.Length, page.NextOffset);
            read += Text(page.Text);
            offset = page.NextOffset;
        }

        Assert.Equal(string.Concat(lines), read);
    }

    [Fact]
    public async Task A_page_of_a_log_is_about_as_long_as_asked_however_much_was_written_at_once()
    {
        var job = await RunningAsync();
        var line = $"\"{new string('x', 1021)}\"\n";
        await LogAsync(job, string.Concat(Enumerable.Repeat(line, 1000)));

        var page = await Store.LogAsync(new LogQuery(job.Lease.Job, Limit: 10_000), Ct);

        Assert.InRange(page.Text.Length, 1, 12_000);
        Assert.Equal(0, page.Text.Length % 1024);
        Assert.Equal(page.Text.Length, page.NextOffset);
    }

    [Fact]
    public async Task Each_attempt_has_a_log_of_its_own_and_the_latest_is_meant_by_default()
    {
        var first = await RunningAsync();
        await LogAsync(first, "1\n");
        await EndAsync(Release(first));
        var second = await ClaimOneAsync();
        await LogAsync(second, "2\n");

        Assert.Equal("1\n", Text((await Store.LogAsync(new LogQuery(first.Lease.Job, 1), Ct)).Text));
        Assert.Equal("2\n", Text((await Store.LogAsync(new LogQuery(first.Lease.Job, 2), Ct)).Text));
        var latest = await Store.LogAsync(new LogQuery(first.Lease.Job), Ct);
        Assert.Equal((2, "2\n"), (latest.Attempt, Text(latest.Text)));
    }

    [Fact]
    public async Task A_log_says_when_nothing_more_will_come()
    {
        var job = await RunningAsync();
        await LogAsync(job, "1\n");
        Assert.False((await Store.LogAsync(new LogQuery(job.Lease.Job), Ct)).Ended);

        await EndAsync(Success(job));

        Assert.True((await Store.LogAsync(new LogQuery(job.Lease.Job), Ct)).Ended);
        Assert.True((await Store.LogAsync(new LogQuery(job.Lease.Job, Offset: 2), Ct)).Ended);
    }

    [Fact]
    public async Task A_log_that_is_empty_is_read_as_empty()
    {
        var job = await RunningAsync();

        var page = await Store.LogAsync(new LogQuery(job.Lease.Job), Ct);

        Assert.Equal((0, 0), (page.Text.Length, page.NextOffset));
    }

    [Fact]
    public async Task The_attempt_tells_how_much_it_logged()
    {
        var job = await RunningAsync();
        await LogAsync(job, "{\"n\":1}\n");
        await LogAsync(job, "{\"ü\":1}\n");

        Assert.Equal(17, Assert.Single(await AttemptsAsync(job.Lease.Job)).LogBytes);
        await EndAsync(Success(job));
        Assert.Equal(17, Assert.Single(await AttemptsAsync(job.Lease.Job)).LogBytes);
    }

    [Fact]
    public async Task A_megabyte_of_log_is_taken_in_one_save()
    {
        var job = await RunningAsync();
        var line = $"\"{new string('x', 1021)}\"\n";

        await LogAsync(job, string.Concat(Enumerable.Repeat(line, 1024)));

        Assert.Equal(1_048_576, Assert.Single(await AttemptsAsync(job.Lease.Job)).LogBytes);
        var page = await Store.LogAsync(new LogQuery(job.Lease.Job, Offset: 1024 * 1000), Ct);
        Assert.StartsWith(line, Text(page.Text), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_is_as_long_as_its_worker_lets_it_be()
    {
        var job = await RunningAsync();
        var megabyte = string.Concat(Enumerable.Repeat($"\"{new string('x', 1021)}\"\n", 1024));
        for (var n = 0; n < 16; n++)
        {
            await LogAsync(job, megabyte);
        }

        await LogAsync(job, "{\"message\":\"The log ends here\"}\n");

        Assert.Equal((16 * 1_048_576) + 32, Assert.Single(await AttemptsAsync(job.Lease.Job)).LogBytes);
        var end = await Store.LogAsync(new LogQuery(job.Lease.Job, Offset: 16 * 1_048_576), Ct);
        Assert.Equal("{\"message\":\"The log ends here\"}\n", Text(end.Text));
    }

    protected async Task LogAsync(Claimed job, string text) =>
        Assert.Equal(Settled.Done, (await SaveAsync(new AttemptSave { Lease = job.Lease, Log = Json(text) })).What);
}
