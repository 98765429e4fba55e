namespace Pawl.Storage.Tests;

public abstract partial class JobStoreSpec
{
    private static readonly byte[] OneRequest = [1, 2, 3];
    private static readonly byte[] AnotherRequest = [1, 2, 4];

    [Fact]
    public async Task A_request_that_comes_again_gets_the_first_answer()
    {
        var begun = await BeginReplayAsync("k");
        Assert.Equal(ReplayState.Begun, begun.State);
        Assert.Equal(ReplayState.Running, (await BeginReplayAsync("k")).State);
        Assert.True(await Store.EndReplayAsync(new ReplayEnd("k", begun.Turn, 201, """{"id":"7"}""", "/api/batches/7"), Ct));

        Assert.Equal(new ReplayReply(ReplayState.Known, 0, 201, """{"id":"7"}""", "/api/batches/7"), await BeginReplayAsync("k"));
        Assert.Equal(ReplayState.Begun, (await BeginReplayAsync("other")).State);
    }

    [Fact]
    public async Task Another_request_with_the_same_key_is_refused_and_told_of_the_first()
    {
        var begun = await BeginReplayAsync("k");
        Assert.Equal(ReplayState.Conflict, (await BeginReplayAsync("k", AnotherRequest)).State);
        await Store.EndReplayAsync(new ReplayEnd("k", begun.Turn, 201, "{}", "/api/batches/7"), Ct);

        var reply = await BeginReplayAsync("k", AnotherRequest);
        Assert.Equal((ReplayState.Conflict, "/api/batches/7"), (reply.State, reply.Location));
    }

    [Fact]
    public async Task Of_requests_that_come_at_once_one_begins()
    {
        var replies = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ => await BeginReplayAsync("k")));

        Assert.Equal(1, replies.Count(reply => reply.State == ReplayState.Begun));
        Assert.Equal(7, replies.Count(reply => reply.State == ReplayState.Running));
    }

    [Fact]
    public async Task A_request_that_created_nothing_leaves_its_key_free()
    {
        var begun = await BeginReplayAsync("k");
        Assert.True(await Store.EndReplayAsync(new ReplayEnd("k", begun.Turn, null), Ct));

        Assert.Equal(ReplayState.Begun, (await BeginReplayAsync("k", AnotherRequest)).State);
    }

    [Fact]
    public async Task A_request_whose_process_died_is_begun_anew_and_the_dead_has_no_say()
    {
        var dead = await BeginReplayAsync("k");
        Pass(TimeSpan.FromSeconds(59));
        Assert.Equal(ReplayState.Running, (await BeginReplayAsync("k")).State);
        Pass(TimeSpan.FromSeconds(1));

        var begun = await BeginReplayAsync("k");
        Assert.Equal(ReplayState.Begun, begun.State);
        Assert.False(await Store.EndReplayAsync(new ReplayEnd("k", dead.Turn, 201, "dead"), Ct));
        Assert.True(await Store.EndReplayAsync(new ReplayEnd("k", begun.Turn, 201, "alive"), Ct));
        Assert.Equal("alive", (await BeginReplayAsync("k")).Body);
    }

    [Fact]
    public async Task An_answer_is_held_for_a_day_and_then_taken_away()
    {
        var begun = await BeginReplayAsync("k");
        await Store.EndReplayAsync(new ReplayEnd("k", begun.Turn, 201, "{}"), Ct);
        Pass(TimeSpan.FromHours(24) - TimeSpan.FromMicroseconds(1));
        await PromoteAsync();
        Assert.Equal(ReplayState.Known, (await BeginReplayAsync("k")).State);

        Pass(TimeSpan.FromMicroseconds(1));
        await PromoteAsync();
        Assert.Equal(ReplayState.Begun, (await BeginReplayAsync("k", AnotherRequest)).State);
    }

    private async Task<ReplayReply> BeginReplayAsync(string key, byte[]? body = null) =>
        await Store.BeginReplayAsync(new ReplayRequest(key, body ?? OneRequest, Now), Ct);
}
