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
                "ann approve 1",
                "ann edit 1",
                "bob pause after queue default deploy",
                "bob resume after queue default",
                "bob limit after 3 queue default",
                "bob limit before 3 after 5 queue default",
                "bob limit after 2 key repo",
                "bob limit before 2 key repo",
                "ann cancel 1 before queued after cancelled wrong",
                "ann retried 1 before cancelled after queued force",
                "ann cancel 1 before queued after cancelled",
                "eve delete 1 before cancelled",
            ],
            Rows().Select(row => row.StartsWith("ann edit", StringComparison.Ordinal) ? "ann edit 1" : row));
    }

    private List<string> Rows()
    {
        using var db = new SqliteConnection($"Data Source={_folder["jobs.db"]};Mode=ReadOnly;Pooling=False");
        db.Open();
        using var command = db.CreateCommand();
        command.CommandText = """
            select concat_ws(' ', actor, action, job_id, 'before ' || before, 'after ' || after, detail) from audit order by id
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
