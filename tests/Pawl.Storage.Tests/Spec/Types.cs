namespace Pawl.Storage.Tests;

public abstract partial class JobStoreSpec
{
    [Fact]
    public async Task Types_are_known_that_a_worker_has_announced()
    {
        await Store.RegisterAsync(Facts() with { Types = ["report", "mail", "mail"] }, Now, Ct);
        var then = Now;
        Pass(TimeSpan.FromDays(2));
        await Store.RegisterAsync(Facts() with { Types = ["mail"] }, Now, Ct);

        Assert.Equal([new KnownType("mail", Now), new KnownType("report", then)], await Store.TypesAsync(then, Ct));
        Assert.Equal([new KnownType("mail", Now)], await Store.TypesAsync(Now, Ct));
        Assert.Empty(await Store.TypesAsync(Now.AddSeconds(1), Ct));
    }

    [Fact]
    public async Task A_type_is_known_as_long_as_its_worker_beats_and_after_that_worker_is_forgotten()
    {
        var worker = await WorkerAsync();
        Pass(TimeSpan.FromDays(40));
        await Store.HeartbeatAsync(new HeartbeatRequest { WorkerId = worker, Beat = 1, Now = Now, Leaving = true }, Ct);
        var left = Now;
        Pass(TimeSpan.FromDays(2));
        await Store.RetainAsync(new RetainRequest { Term = await TermAsync(), Now = Now }, Ct);

        Assert.DoesNotContain(await Store.WorkersAsync(Ct), row => row.Id == worker);
        Assert.Contains(new KnownType("mail", left), (await Store.TypesAsync(left, Ct)).Select(type => type with { SeenAt = left }));
    }
}
