using Microsoft.Data.Sqlite;
using Pawl.Sqlite;

namespace Pawl.Storage.Tests.OnlySqlite;

/// <summary>A file of an earlier program under this one.</summary>
public sealed class Upgrades : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 10, 0, 0, TimeSpan.Zero);
    private readonly TempFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Place => _folder["jobs.db"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_later_step_leaves_every_row_as_it_was_and_a_copy_of_the_file_before_it()
    {
        await MakeFirstAsync();
        var columns = Columns(Place);
        var before = Rows(Place, columns);
        Assert.NotEmpty(before["job"]);

        await using (var store = SqliteStore.Open($"Data Source={Place}"))
        {
            var waiting = await store.MigrateAsync(apply: false, Ct);
            Assert.Equal((false, 1), (waiting.Ready, waiting.Version));
            Assert.NotEmpty(waiting.Pending);
            Assert.Empty(Copies());

            var status = await store.MigrateAsync(apply: true, Ct);
            Assert.Equal((true, status.Known), (status.Ready, status.Version));
        }

        var after = Rows(Place, columns);
        Assert.All(before, table => Assert.Equal(table.Value, after[table.Key]));
        var copy = Assert.Single(Copies());
        Assert.Equal(before, Rows(copy, columns));
    }

    private string[] Copies() => Directory.GetFiles(_folder.FullPath, "jobs.db.before-*");

    /// <summary>A file with jobs in many states, as a program that knew only the first step has left it.</summary>
    private async Task MakeFirstAsync()
    {
        await using (var store = SqliteStore.Open($"Data Source={Place}"))
        {
            await store.MigrateAsync(apply: true, Ct);
            var worker = await store.RegisterAsync(
                new WorkerFacts { Name = "w", Host = "h", Pid = 1, Version = "1", Slots = 4 }, Now, Ct);
            var job = new NewJob { Type = "mail", Queue = "default", Payload = "{}"u8.ToArray() };
            await store.EnqueueAsync(
                new EnqueueRequest([job, job, job, job with { RunAt = Now.AddDays(1) }, job with { RequiresApproval = true }], Now), Ct);
            var claim = new ClaimRequest
            {
                WorkerId = worker, Token = new LeaseToken(1, 1), Now = Now, Lines = [new("default", "mail", 9)], Slots = 2,
            };
            var claimed = await store.ClaimAsync(claim, Ct);
            var end = new Settlement { Lease = claimed[0].Lease, Outcome = Outcome.Succeeded, Event = JobEvent.Completed };
            await store.SettleAsync([end], Now, Ct);
        }

        using var db = Connection.Open(Place, SqliteOpenMode.ReadWriteCreate);
        foreach (var undo in Later())
        {
            db.Execute(undo);
        }

        db.Execute("delete from schema_step where number > 1");
        db.Execute("pragma wal_checkpoint(truncate)");
    }

    /// <summary>What takes away all that the steps behind the first have added.</summary>
    private List<string> Later()
    {
        var first = _folder["first.db"];
        using (var db = Connection.Open(first, SqliteOpenMode.ReadWriteCreate))
        {
            db.Execute(SchemaStep.Of(typeof(SqliteStore).Assembly)[0].Sql);
        }

        var (then, now) = (Columns(first), Columns(Place));
        return
        [
            .. Names(Place, "view").Except(Names(first, "view")).Select(view => $"drop view {view}"),
            .. Names(Place, "index").Except(Names(first, "index")).Select(index => $"drop index {index}"),
            .. now.Keys.Except(then.Keys).Select(table => $"drop table {table}"),
            .. from table in then
               from column in now[table.Key].Split(", ").Except(table.Value.Split(", "))
               select $"alter table {table.Key} drop column {column}",
        ];
    }

    private static List<string> Names(string path, string kind)
    {
        using var db = Open(path);
        return Read(db, $"select name from sqlite_schema where type = '{kind}' and sql is not null");
    }

    /// <summary>The columns of every table but those that tell of the file itself.</summary>
    private static Dictionary<string, string> Columns(string path)
    {
        using var db = Open(path);
        const string Tables = "select name from sqlite_schema where type = 'table' and name not in ('schema_step', 'meta') order by name";
        return Read(db, Tables).ToDictionary(
            table => table,
            table => string.Join(", ", Read(db, $"select '\"' || name || '\"' from pragma_table_info('{table}') order by cid")));
    }

    private static Dictionary<string, string> Rows(string path, Dictionary<string, string> columns)
    {
        using var db = Open(path);
        return columns.ToDictionary(table => table.Key, table => string.Join('\n', Read(db, $"select {table.Value} from {table.Key}")));
    }

    private static SqliteConnection Open(string path)
    {
        var db = new SqliteConnection($"Data Source={path};Mode=ReadOnly;Pooling=False");
        db.Open();
        return db;
    }

    private static List<string> Read(SqliteConnection db, string sql)
    {
        using var command = db.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
        {
            rows.Add(string.Join(' ', Enumerable.Range(0, reader.FieldCount).Select(column => reader.GetValue(column) switch
            {
                byte[] bytes => Convert.ToHexString(bytes),
                var value => $"{value}",
            })));
        }

        return rows;
    }
}
