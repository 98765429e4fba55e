namespace Pawl.Storage.Tests;

public abstract partial class JobStoreSpec
{
    [Fact]
    public async Task What_people_do_is_told_in_order_with_how_it_was_and_is()
    {
        var id = await EnqueueAsync();
        await PauseAsync(queue: "default");
        await Store.CancelAsync(new CancelRequest { Ids = [id], Now = Now, By = "ann", Reason = "wrong" }, Ct);
        await Store.AuditAsync([new AuditNote("bulk.retry", "bob", "55", After: """{"changed":3}""", Refusal: "forbidden")], Now, Ct);

        var entries = await Store.AuditEntriesAsync(new AuditQuery(), Ct);

        Assert.Equal(["queue.pause", "job.cancel", "bulk.retry"], entries.Select(entry => entry.Action));
        Assert.Equal("default", entries[0].Target);
        Assert.Equal((id.ToString(), "ann", "wrong"), (entries[1].Target, entries[1].Actor, entries[1].Detail));
        Assert.Equal(("""{"state":"queued"}""", """{"state":"cancelled"}"""), (entries[1].Before, entries[1].After));
        Assert.Equal(("forbidden", """{"changed":3}""", Now), (entries[2].Refusal, entries[2].After, entries[2].At));
        Assert.True(entries[0].Seq < entries[1].Seq && entries[1].Seq < entries[2].Seq);
    }

    [Fact]
    public async Task The_audit_is_read_page_by_page_of_one_actor_and_from_both_ends()
    {
        for (var n = 0; n < 6; n++)
        {
            await Store.AuditAsync([new AuditNote($"a{n}", n % 2 == 0 ? "ann" : "bob")], Now, Ct);
        }

        var all = await Store.AuditEntriesAsync(new AuditQuery(), Ct);
        var third = all[2].Seq;
        Assert.Equal(["a3", "a4"], await ActionsAsync(new AuditQuery(third, Limit: 2)));
        Assert.Equal(["a4"], await ActionsAsync(new AuditQuery(third, "ann")));
        Assert.Equal(["a5", "a4", "a3"], await ActionsAsync(new AuditQuery(Limit: 3, NewestFirst: true)));
        Assert.Equal(["a1"], await ActionsAsync(new AuditQuery(third, "bob", NewestFirst: true)));
        Assert.Empty(await ActionsAsync(new AuditQuery(Actor: "eve")));
    }

    [Fact]
    public async Task Each_entry_of_the_audit_rests_on_the_one_before_it()
    {
        Assert.Equal(new AuditVerdict(0, null, null), await Store.VerifyAuditAsync(Ct));
        var id = await EnqueueAsync();
        await Store.CancelAsync(new CancelRequest { Ids = [id], Now = Now, By = "a\0\ud83db", Reason = "wr\u00f6ng; 3:x" }, Ct);
        await Store.AuditAsync([.. Enumerable.Range(0, 1_200).Select(n => new AuditNote("tick", "engine", $"{n}"))], Now, Ct);

        var verdict = await Store.VerifyAuditAsync(Ct);

        Assert.Equal((true, 1_201), (verdict.Whole, verdict.Count));
        Assert.Equal((await Store.AuditEntriesAsync(new AuditQuery(NewestFirst: true, Limit: 1), Ct))[0].Hash, verdict.Head);
    }

    [Fact]
    public async Task Entries_that_are_made_at_once_stand_in_one_chain()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async n => await Store.AuditAsync(
            [new AuditNote("one", $"w{n}"), new AuditNote("two", $"w{n}")], Now, Ct)));

        var verdict = await Store.VerifyAuditAsync(Ct);
        Assert.Equal((true, 40), (verdict.Whole, verdict.Count));
    }

    private async Task<IEnumerable<string>> ActionsAsync(AuditQuery query) =>
        (await Store.AuditEntriesAsync(query, Ct)).Select(entry => entry.Action);
}
