using Microsoft.Data.Sqlite;
using Pawl.Sqlite;

namespace Pawl.Storage.Tests.OnlySqlite;

public sealed class HotJournalTests : IDisposable
{
    // So little memory that the change is written to the file long before its commit.
    private const string HalfDone = """
        pragma journal_mode = delete;
        pragma cache_size = 2;
        begin immediate;
        create table half (data blob);
        insert into half with recursive n (i) as (select 1 union all select i + 1 from n where i < 200) select randomblob(4000) from n;
        """;

    private static readonly DateTimeOffset Now = new(2026, 3, 2, 10, 0, 0, TimeSpan.Zero);

    private readonly TempFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_file_whose_process_died_before_it_had_its_log_is_opened_and_what_was_half_done_is_taken_back()
    {
        await using (var store = SqliteStore.Open($"Data Source={_folder["made.db"]}"))
        {
            await store.MigrateAsync(apply: true, Ct);
            await store.EnqueueAsync(new EnqueueRequest([new NewJob { Type = "mail", Queue = "q", Payload = "{}"u8.ToArray() }], Now), Ct);
        }

        var place = new SqliteConnectionStringBuilder { DataSource = _folder["made.db"], Pooling = false };
        await using (var dying = new SqliteConnection(place.ToString()))
        {
            await dying.OpenAsync(Ct);
            await using var change = dying.CreateCommand();
            change.CommandText = HalfDone;
            await change.ExecuteNonQueryAsync(Ct);
            File.Copy(_folder["made.db"], _folder["left.db"]);
            File.Copy(_folder["made.db-journal"], _folder["left.db-journal"]);
        }

        await using var opened = SqliteStore.Open($"Data Source={_folder["left.db"]}");
        var status = await opened.MigrateAsync(apply: true, Ct);

        Assert.True(status.Ready);
        Assert.Equal(1, Assert.Single(await opened.LinesAsync(Ct)).Counts[JobState.Queued]);
    }
}
