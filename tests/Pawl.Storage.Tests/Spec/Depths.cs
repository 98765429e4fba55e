namespace Pawl.Storage.Tests;

public abstract partial class JobStoreSpec
{
    [Fact]
    public async Task What_waited_is_told_by_the_last_look_of_each_step()
    {
        Pass(TimeSpan.FromMinutes(60 - Now.Minute));   // to the whole hour
        await EnqueueAllAsync([Plain, Plain with { Type = "report" }]);
        await KeepDepthAsync(("mail", 70, 9), ("mail", -5, 1));
        Pass(TimeSpan.FromMinutes(4));
        await KeepDepthAsync(("mail", 70, 8));
        await KeepDepthAsync(("mail", 70, 7), ("report", 0, 10_000));   // again in the same minute
        Pass(TimeSpan.FromMinutes(10));
        await KeepDepthAsync();
        Pass(TimeSpan.FromMinutes(1));

        var minutes = await Store.DepthsAsync(new RollupQuery(Now.AddHours(-1), TimeSpan.FromMinutes(1)), Ct);
        var fives = await Store.DepthsAsync(new RollupQuery(Now.AddHours(-1), TimeSpan.FromMinutes(5)), Ct);

        Assert.Equal(["70:9 -5:1", "70:7 0:10000+", ""], minutes.Select(Show));
        Assert.Equal([0, 4, 14], minutes.Select(sample => sample.At.Minute));
        Assert.Equal(["70:7 0:10000+", ""], fives.Select(Show));
        Assert.Equal([0, 10], fives.Select(sample => sample.At.Minute));
        Assert.Equal([""], (await Store.DepthsAsync(new RollupQuery(Now.AddMinutes(-5), TimeSpan.FromMinutes(1)), Ct)).Select(Show));
        Assert.Empty(await Store.DepthsAsync(new RollupQuery(Now, TimeSpan.FromMinutes(1)), Ct));

        static string Show(DepthSample sample) =>
            string.Join(' ', sample.Rows.Select(row => $"{row.Priority}:{row.Queued}{(row.AtLeast ? "+" : "")}"));
    }

    [Fact]
    public async Task Only_the_leader_keeps_what_waits_and_a_month_of_it()
    {
        await EnqueueAsync();
        var old = new KeepDepthRequest(await TermAsync() + 1, Now, []);
        Assert.False(await Store.KeepDepthAsync(old, Ct));
        Assert.Empty(await Store.DepthsAsync(new RollupQuery(Now.AddHours(-1), TimeSpan.FromMinutes(1)), Ct));

        await KeepDepthAsync(("mail", 0, 1));
        Pass(TimeSpan.FromDays(31));
        await KeepDepthAsync(("mail", 0, 1));
        await Store.RetainAsync(new RetainRequest { Term = await TermAsync(), Now = Now }, Ct);

        Assert.Single(await Store.DepthsAsync(new RollupQuery(Now.AddDays(-60), TimeSpan.FromMinutes(1)), Ct));
    }

    private async Task KeepDepthAsync(params (string Type, int Priority, long Queued)[] rows)
    {
        var seen = rows.Select(row => new DepthRow("default", row.Type, row.Priority, row.Queued, row.Queued >= 10_000));
        Assert.True(await Store.KeepDepthAsync(new KeepDepthRequest(await TermAsync(), Now, [.. seen]), Ct));
    }
}
