using Microsoft.Data.Sqlite;
using Pawl.Sqlite;

namespace Pawl.Storage.Tests.OnlySqlite;

/// <summary>What people did, who they were, and what was there before and after.</summary>
public sealed class AuditTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 10, 0, 0, TimeSpan.Zero);
    private readonly TempFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Each_command_of_a_person_is_written_down_once()
    {
        await using (var store = SqliteStore.Open($"Data Source={_folder["jobs.db"]}"))
        {
            await store.MigrateAsync(apply: true, Ct);
            var job = new NewJob { Type = "mail", Queue = "default", Payload = "{}"u8.ToArray(), RequiresApproval = true };
            var id = (await store.EnqueueAsync(new EnqueueRequest([job, job with { ParentId = new JobId(1) }], Now), Ct)).Jobs[0].Id;
            await store.ApproveAsync(new ApproveRequest([id], Now, "ann"), Ct);
            await store.EditAsync(new EditRequest { Ids = [id], Now = Now, By = "ann", Priority = 7 }, Ct);
            await store.PauseAsync(new PauseRequest("default", null, true, Now, "bob", "deploy"), Ct);
            await store.PauseAsync(new PauseRequest("default", null, false, Now, "bob"), Ct);
            await store.LimitAsync(new LimitRequest("default", null, 3, Now, "bob"), Ct);
            await store.LimitAsync(new LimitRequest("default", null, 5, Now, "bob"), Ct);
            await store.LimitAsync(new LimitRequest(null, "repo", 2, Now, "bob"), Ct);
            await store.LimitAsync(new LimitRequest(null, "repo", null, Now, "bob"), Ct);
            await store.CancelAsync(new CancelRequest { Ids = [id], Now = Now, By = "ann", Reason = "wrong" }, Ct);
            await store.CancelAsync(new CancelRequest { Ids = [id, new JobId(77)], Now = Now, By = "ann" }, Ct);   // changes nothing
            await store.RetryAsync(new RetryRequest { Ids = [id], Now = Now, By = "ann", Force = true }, Ct);
            await store.CancelAsync(new CancelRequest { Ids = [id], Now = Now, By = "ann" }, Ct);
            await store.PurgeAsync(new PurgeRequest([id], Now, "eve"), Ct);
        }

        Assert.Equal(
            [
                "ann job.approve 1",
                "ann job.edit 1",
                "bob queue.pause default after {\"paused\":true} deploy",
                "bob queue.resume default",
                "bob queue.limits default after {\"max_running\":3}",
                "bob queue.limits default before {\"max_running\":3} after {\"max_running\":5}",
                "bob limit.set repo after {\"max_running\":2}",
                "bob limit.set repo before {\"max_running\":2}",
                "ann job.cancel 1 before {\"state\":\"queued\"} after {\"state\":\"cancelled\"} wrong",
                "ann job.retry 1 before {\"state\":\"cancelled\"} after {\"state\":\"queued\"} force",
                "ann job.cancel 1 before {\"state\":\"queued\"} after {\"state\":\"cancelled\"}",
                "eve job.delete 1 before {\"state\":\"cancelled\"}",
            ],
            Rows().Select(row => row.StartsWith("ann job.edit", StringComparison.Ordinal) ? "ann job.edit 1" : row));
    }

    [Theory]
    [InlineData("update audit set actor = 'eve' where action = 'a1'")]
    [InlineData("update audit set after = '{}' where action = 'a1'")]
    [InlineData("update audit set refusal = null where action = 'a1'")]
    [InlineData("update audit set hash = null where action = 'a1'")]
    [InlineData("delete from audit where action = 'a0'")]
    [InlineData("delete from audit where action = 'a1'")]
    public async Task An_entry_that_somebody_changed_or_took_away_is_found(string tamper)
    {
        await using (var store = SqliteStore.Open($"Data Source={_folder["jobs.db"]}"))
        {
            await store.MigrateAsync(apply: true, Ct);
            for (var n = 0; n < 4; n++)
            {
                await store.AuditAsync([new AuditNote($"a{n}", "ann", Refusal: n == 1 ? "forbidden" : null)], Now, Ct);
            }

            Assert.True((await store.VerifyAuditAsync(Ct)).Whole);
        }

        using (var db = new SqliteConnection($"Data Source={_folder["jobs.db"]};Pooling=False"))
        {
            db.Open();
            using var command = db.CreateCommand();
            command.CommandText = tamper;
            Assert.Equal(1, command.ExecuteNonQuery());
        }

        await using var again = SqliteStore.Open($"Data Source={_folder["jobs.db"]}");
        await again.MigrateAsync(apply: true, Ct);
        var verdict = await again.VerifyAuditAsync(Ct);
        Assert.NotNull(verdict.BrokenAt);
    }

    private List<string> Rows()
    {
        using var db = new SqliteConnection($"Data Source={_folder["jobs.db"]};Mode=ReadOnly;Pooling=False");
        db.Open();
        using var command = db.CreateCommand();
        command.CommandText = """
            select concat_ws(' ', actor, action, target, 'before ' || before, 'after ' || after, detail) from audit order by id
            """;
        var rows = new List<string>();
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            rows.Add(reader.GetString(0));
        }

        return rows;
    }
}
