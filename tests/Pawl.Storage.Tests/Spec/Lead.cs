namespace Pawl.Storage.Tests;

public abstract partial class JobStoreSpec
{
    [Fact]
    public async Task One_worker_leads_and_the_others_see_who()
    {
        var (one, two) = (await WorkerAsync(), await WorkerAsync());

        var taken = await TakeLeadAsync(one);
        var seen = await Store.LeadAsync(new LeadRequest(two), Ct);

        Assert.Equal((true, one), (taken.Mine, taken.Leader));
        Assert.Equal((false, one, taken.Term, taken.Beat), (seen.Mine, seen.Leader, seen.Term, seen.Beat));
    }

    [Fact]
    public async Task A_lead_of_another_name_has_a_leader_and_terms_of_its_own()
    {
        var (one, two) = (await WorkerAsync(), await WorkerAsync());
        var chores = await TakeLeadAsync(one);
        LeadRequest Recovery(long worker, bool leave = false) => new(worker, Leave: leave) { Name = LeadRequest.Recovery };

        var first = await Store.LeadAsync(Recovery(two), Ct);
        var refused = await Store.LeadAsync(Recovery(one), Ct);
        await Store.LeadAsync(Recovery(one, leave: true), Ct);   // not his to leave
        Assert.Equal((true, false, two, first.Term), (first.Mine, refused.Mine, refused.Leader, refused.Term));
        Assert.Equal(refused, await Store.LeadAsync(Recovery(one), Ct));
        await Store.LeadAsync(Recovery(two, leave: true), Ct);
        var second = await Store.LeadAsync(Recovery(one), Ct);

        Assert.Equal((true, first.Term + 1), (second.Mine, second.Term));
        Assert.Equal(chores with { Mine = false }, await Store.LeadAsync(new LeadRequest(two), Ct));
    }

    [Fact]
    public async Task A_leader_that_keeps_its_lead_beats_and_stays_in_its_term()
    {
        var one = await WorkerAsync();
        var first = await TakeLeadAsync(one);

        var second = await Store.LeadAsync(new LeadRequest(one), Ct);
        var third = await Store.LeadAsync(new LeadRequest(one), Ct);

        Assert.Equal((true, true, first.Term, first.Term), (second.Mine, third.Mine, second.Term, third.Term));
        Assert.True(first.Beat < second.Beat && second.Beat < third.Beat);
    }

    [Fact]
    public async Task To_look_at_the_lead_is_no_beat()
    {
        var (one, two) = (await WorkerAsync(), await WorkerAsync());
        await TakeLeadAsync(one);

        var first = await Store.LeadAsync(new LeadRequest(two), Ct);
        var second = await Store.LeadAsync(new LeadRequest(two), Ct);

        Assert.Equal(first, second);
    }

    [Fact]
    public async Task The_lead_of_a_silent_leader_can_be_taken_and_opens_a_higher_term()
    {
        var (one, two) = (await WorkerAsync(), await WorkerAsync());
        var first = await TakeLeadAsync(one);

        var second = await Store.LeadAsync(new LeadRequest(two, (first.Term, first.Beat)), Ct);

        Assert.Equal((true, two), (second.Mine, second.Leader));
        Assert.True(second.Term > first.Term);
        Assert.False((await Store.LeadAsync(new LeadRequest(one), Ct)).Mine);
    }

    [Fact]
    public async Task A_leader_that_beat_meanwhile_is_not_overthrown()
    {
        var (one, two) = (await WorkerAsync(), await WorkerAsync());
        var seen = await TakeLeadAsync(one);
        var kept = await Store.LeadAsync(new LeadRequest(one), Ct);

        var failed = await Store.LeadAsync(new LeadRequest(two, (seen.Term, seen.Beat)), Ct);

        Assert.Equal((false, one, kept.Term, kept.Beat), (failed.Mine, failed.Leader, failed.Term, failed.Beat));
        Assert.True((await Store.LeadAsync(new LeadRequest(one), Ct)).Mine);
    }

    [Fact]
    public async Task Of_two_that_saw_the_same_silence_the_first_wins()
    {
        var (one, two, three) = (await WorkerAsync(), await WorkerAsync(), await WorkerAsync());
        var seen = await TakeLeadAsync(one);

        var first = await Store.LeadAsync(new LeadRequest(two, (seen.Term, seen.Beat)), Ct);
        var second = await Store.LeadAsync(new LeadRequest(three, (seen.Term, seen.Beat)), Ct);

        Assert.Equal((true, false, two), (first.Mine, second.Mine, second.Leader));
    }

    [Fact]
    public async Task A_leader_that_leaves_makes_room_for_another_term()
    {
        var (one, two) = (await WorkerAsync(), await WorkerAsync());
        var first = await TakeLeadAsync(one);

        var left = await Store.LeadAsync(new LeadRequest(one, Leave: true), Ct);
        var second = await TakeLeadAsync(two);

        Assert.Equal((false, null), (left.Mine, left.Leader));
        Assert.True(second.Term > first.Term);
    }

    [Fact]
    public async Task Nobody_can_give_up_the_lead_of_another()
    {
        var (one, two) = (await WorkerAsync(), await WorkerAsync());
        await TakeLeadAsync(one);

        await Store.LeadAsync(new LeadRequest(two, Leave: true), Ct);

        Assert.True((await Store.LeadAsync(new LeadRequest(one), Ct)).Mine);
    }

    [Fact]
    public async Task What_a_former_leader_asks_for_changes_nothing()
    {
        var (one, two, worker) = (await WorkerAsync(), await WorkerAsync(), await WorkerAsync());
        var running = await RunningAsync(worker: worker);
        var due = await EnqueueAsync(Plain with { RunAt = Now.AddSeconds(1) });
        var done = await SucceededAsync(Plain with { Type = "done" });
        var old = await TakeLeadAsync(one);
        await Store.LeadAsync(new LeadRequest(two, (old.Term, old.Beat)), Ct);
        Pass(TimeSpan.FromDays(100));

        Assert.False((await Store.LoseAsync(new LoseRequest { Term = old.Term, WorkerId = worker, SeenBeat = 0, Now = Now }, Ct)).Accepted);
        Assert.False((await Store.PromoteAsync(new PromoteRequest(old.Term, Now), Ct)).Accepted);
        Assert.False((await Store.RetainAsync(new RetainRequest { Term = old.Term, Now = Now }, Ct)).Accepted);
        Assert.Equal(
            (JobState.Running, JobState.Scheduled, JobState.Succeeded),
            (await StateAsync(running.Lease.Job), await StateAsync(due), await StateAsync(done)));
    }
}
