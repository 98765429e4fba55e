namespace Pawl.Storage.Tests;

public abstract partial class JobStoreSpec
{
    [Fact]
    public async Task Facts_are_recorded_as_they_are_told()
    {
        var id = await EnqueueAsync();

        await Store.RecordAsync(
            [
                new Fact(EventKind.Health, Actor: "engine", Reason: "degraded", Title: "58: failures 19.2", Data: """{"score":58}"""),
                new Fact(EventKind.Notice, id, "ann", "why", "A notice"),
            ],
            Now,
            Ct);

        var events = (await EventsAsync()).TakeLast(2).ToList();
        Assert.Equal((EventKind.Health, EventKind.Notice), (events[0].Kind, events[1].Kind));
        Assert.Equal((null, "engine"), (events[0].JobId, events[0].Actor));
        Assert.Equal(("degraded", "58: failures 19.2"), (events[0].Reason, events[0].Title));
        Assert.Equal("""{"score":58}""", events[0].Data);
        Assert.Equal((id, "ann", "why", "A notice"), (events[1].JobId, events[1].Actor, events[1].Reason, events[1].Title));
        Assert.All(events, record => Assert.Equal((Now, null, null), (record.At, record.From, record.To)));
    }

    [Fact]
    public async Task A_fact_changes_no_job()
    {
        var id = await EnqueueAsync();
        var before = await JobAsync(id);

        await Store.RecordAsync([new Fact(EventKind.Notice, id)], Now, Ct);

        Assert.Equal(Show(before), Show(await JobAsync(id)));
    }

    [Fact]
    public async Task No_facts_are_no_events()
    {
        await Store.RecordAsync([], Now, Ct);

        Assert.Empty(await EventsAsync());
    }
}
