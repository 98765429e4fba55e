using Pawl.Postgres;
using Pawl.Running;

namespace Pawl.Storage.Tests.OnlyPostgres;

/// <summary>Connections on which an answer never comes.</summary>
public sealed class LostAnswersTests(Databases databases) : IAsyncLifetime
{
    private string _database = "";
    private Relay _relay = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static DateTimeOffset Now => DateTimeOffset.UnixEpoch.AddYears(60);

    public async ValueTask InitializeAsync()
    {
        _database = await databases.TakeAsync();
        _relay = new Relay(_database);
    }

    public async ValueTask DisposeAsync()
    {
        if (_database.Length > 0)
        {
            await _relay.DisposeAsync();
            await databases.GiveBackAsync(_database);
        }
    }

    [Fact]
    public async Task After_a_call_that_nobody_answered_the_next_one_does_not_try_a_connection_that_lay_beside_it()
    {
        await using var store = Open("Command Timeout=1;Cancellation Timeout=-1");
        await store.MigrateAsync(apply: false, Ct);
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => store.LinesAsync(Ct).AsTask()));
        _relay.FallSilent();

        var unheard = await Assert.ThrowsAsync<PawlException>(async () => await store.LinesAsync(Ct));

        Assert.Equal("storage_unavailable", unheard.Code);
        Assert.Contains("did not answer in time", unheard.Message, StringComparison.Ordinal);
        Assert.Empty(await store.LinesAsync(Ct));
    }

    [Fact]
    public async Task A_commit_whose_answer_is_lost_is_said_to_be_of_unknown_fate_and_the_same_key_finds_what_it_stored()
    {
        await using var store = Open("Application Name=lost");
        await store.MigrateAsync(apply: false, Ct);
        var job = new NewJob { Type = "mail", Queue = "default", Payload = "{}"u8.ToArray() };
        await store.EnqueueAsync(new EnqueueRequest([job], Now), Ct);   // so that the line and the shape are there
        var keyed = new EnqueueRequest([job with { IdempotencyKey = "order 7", BodyHash = new byte[32] }], Now);
        _relay.LoseNextCommit();

        var lost = await Assert.ThrowsAsync<PawlException>(async () => await store.EnqueueAsync(keyed, Ct));

        Assert.Equal(("storage_unanswered", null), (lost.Code, lost.ExitCode));
        Assert.Contains("Ask again with the same idempotency key", lost.Message, StringComparison.Ordinal);
        Assert.True(StoreFaults.IsOutage(lost));
        Assert.True(Assert.Single((await store.EnqueueAsync(keyed, Ct)).Jobs).Deduplicated);
        Assert.Equal(2, Assert.Single(await store.LinesAsync(Ct)).Counts[JobState.Queued]);
    }

    private PostgresStore Open(string more) => PostgresStore.Open(_relay.With(more), new PostgresOptions { Listen = false });
}
