using Microsoft.Data.Sqlite;
using Pawl.Sqlite;

namespace Pawl.Storage.Tests.OnlySqlite;

/// <summary>The check that runs after each test finds what it is there for.</summary>
public sealed class FileFaultsTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 10, 0, 0, TimeSpan.Zero);
    private readonly TempFolder _folder = TempFolder.InMemory();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("delete from job_body where id = 1; delete from job where id = 1", "refers to a lost row of job")]
    [InlineData("update line_count set n = n + 1 where state = 'queued'", "is counted")]
    [InlineData("insert into line_count (line_id, state, n) values (1, 'held', 2)", "counts 2 held and has none")]
    [InlineData("delete from unique_key", "does not hold its key k")]
    [InlineData("update job set state = 'cancelled', ended_at = 1, reason = 'user' where id = 1", "is held by job 1, which is cancelled")]
    [InlineData("update job set state = 'queued', reason = null where id = 2", "job 2 is queued and has an open edge")]
    [InlineData("update job set waits_on = 5 where id = 2", "blocked job 2 waits for 5")]
    [InlineData("update job set attempt = 2 where id = 1", "job 1 has had 2 attempts")]
    [InlineData("delete from event where seq = (select max(seq) - 1 from event)", "are missing")]
    [InlineData("insert into artifact_blob (sha256, data) values ('x', x'00')", "a blob is kept")]
    public async Task A_planted_fault_is_found(string plant, string said)
    {
        var place = _folder["jobs.db"];
        await using (var store = SqliteStore.Open($"Data Source={place}"))
        {
            await store.MigrateAsync(apply: true, Ct);
            var job = new NewJob { Type = "mail", Queue = "default", Payload = "{}"u8.ToArray() };
            var keyed = job with { UniqueKey = "k", BodyHash = new byte[32] };
            var first = (await store.EnqueueAsync(new EnqueueRequest([keyed], Now), Ct)).Jobs[0].Id;
            await store.EnqueueAsync(new EnqueueRequest([job with { DependsOn = [new Dependency(first)] }], Now), Ct);
            await store.EnqueueAsync(new EnqueueRequest([job], Now), Ct);
        }

        Assert.Empty(FileFaults.In(place));

        using (var db = Connection.Open(place, SqliteOpenMode.ReadWrite))
        {
            db.Execute("pragma foreign_keys = off");
            db.Execute(plant);
        }

        Assert.Contains(FileFaults.In(place), fault => fault.Contains(said, StringComparison.Ordinal));
    }
}
