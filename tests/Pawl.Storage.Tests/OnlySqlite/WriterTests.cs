using System.Diagnostics;
using System.Reflection;
using Microsoft.Data.Sqlite;
using Pawl.Sqlite;

namespace Pawl.Storage.Tests.OnlySqlite;

/// <summary>Callers that give up, and a writer that can do no more.</summary>
public sealed class WriterTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 10, 0, 0, TimeSpan.Zero);
    private readonly TempFolder _folder = TempFolder.InMemory();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Place => _folder["jobs.db"];

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = 180_000)]
    public async Task Who_gives_up_is_let_go_at_once_and_what_had_not_begun_is_never_done()
    {
        await using var store = await OpenAsync(Place);
        var writer = WriterOf(store);
        using var begun = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        using var patience = new CancellationTokenSource();
        var done = new List<string>();
        var first = writer.WriteAsync(
            _ =>
            {
                begun.Set();
                goOn.Wait(Ct);
                done.Add("first");
                return 1;
            },
            patience.Token).AsTask();
        begun.Wait(Ct);
        var second = Add("second", patience.Token);
        var third = Add("third", Ct);

        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        goOn.Set();
        await third;

        Assert.Equal(["first", "third"], done);

        Task<int> Add(string name, CancellationToken cancellationToken) => writer.WriteAsync(
            _ =>
            {
                done.Add(name);
                return 0;
            },
            cancellationToken).AsTask();
    }

    [Fact(Timeout = 180_000)]
    public async Task Who_reads_a_store_in_memory_while_it_is_closed_is_done_first_and_who_comes_after_is_told()
    {
        var store = SqliteStore.Open("Data Source=:memory:");
        await store.MigrateAsync(apply: true, Ct);
        var writer = WriterOf(store);
        using var begun = new ManualResetEventSlim();
        var reading = Task.Run(
            () => writer.Exclusive(db =>
            {
                begun.Set();
                WaitForTheClosing(writer);
                return db.Number("select 7");
            }),
            Ct);
        begun.Wait(Ct);

        await Task.Run(store.Dispose, Ct);

        Assert.Equal(7, await reading);
        Assert.Throws<ObjectDisposedException>(() => writer.Exclusive(db => db.Number("select 7")));
    }

    // A store that is being closed takes no more writes.
    private static void WaitForTheClosing(Writer writer)
    {
        try
        {
            while (true)
            {
                _ = writer.WriteAsync(static _ => 0, Ct).AsTask();
                Thread.Yield();
            }
        }
        catch (ObjectDisposedException)
        {
        }
    }

    [Fact]
    public async Task When_what_is_left_after_a_rollback_cannot_be_read_nothing_more_is_written()
    {
        var store = await OpenAsync(Place);
        await LeaseAsync(store);
        Run(Place, "insert into lease (id, worker_id, token, started_at, jobs) values (999, 1, zeroblob(16), 0, x'80')");

        await Assert.ThrowsAsync<PawlException>(
            () => WriterOf(store).WriteAsync<int>(_ => throw new InvalidOperationException(), Ct).AsTask());
        var later = await Assert.ThrowsAsync<PawlException>(
            async () => await store.EnqueueAsync(new EnqueueRequest([Job], Now), Ct));
        Assert.Equal("storage_failed", later.Code);
        await store.DisposeAsync();

        Assert.Equal(2, Count(Place, "select count(*) from lease"));   // nor at the closing
        await using var reopened = SqliteStore.Open($"Data Source={Place}");
        var refused = await Assert.ThrowsAsync<PawlException>(async () => await reopened.MigrateAsync(apply: true, Ct));
        Assert.Equal(("not_our_database", 8), (refused.Code, refused.ExitCode));
    }

    [Fact]
    public async Task A_file_is_let_go_although_its_leases_cannot_be_written_out()
    {
        var store = await OpenAsync(Place);
        await LeaseAsync(store);
        Run(Place, "update job set attempt = 7 where id = 2");

        await Assert.ThrowsAsync<UnreachableException>(async () => await store.DisposeAsync());

        await using var next = await OpenAsync(Place);
        Assert.Equal(3, Count(Place, "select count(*) from job where state = 'running'"));
    }

    [Fact]
    public async Task An_opening_that_fails_to_write_leases_out_leaves_no_transaction_behind()
    {
        var crashed = _folder["crashed.db"];
        await using (var store = await OpenAsync(Place))
        {
            await LeaseAsync(store);
            using var source = Connection.Open(Place, SqliteOpenMode.ReadOnly);
            using var target = Connection.Open(crashed, SqliteOpenMode.ReadWriteCreate);
            source.CopyTo(target);
        }

        Run(crashed, "create trigger refuse before update on job when new.id = 2 begin select raise(abort, 'no'); end");
        await using var later = SqliteStore.Open($"Data Source={crashed}");
        await Assert.ThrowsAsync<SqliteException>(async () => await later.MigrateAsync(apply: true, Ct));

        Run(crashed, "drop trigger refuse");

        Assert.True((await later.MigrateAsync(apply: true, Ct)).Ready);
        Assert.Equal(4, Count(crashed, "select count(*) from job where state = 'running'"));
    }

    [Fact]
    public async Task A_read_in_memory_that_throws_leaves_its_statement_ready_for_the_next()
    {
        const string Sql = "select @one union all select @two";
        await using var store = await OpenAsync(":memory:");
        var writer = WriterOf(store);

        Assert.Throws<FormatException>(() => writer.Exclusive<int>(db =>
        {
            Assert.True(db.Use(Sql).Bind(1L).Bind(2L).Step());
            throw new FormatException();
        }));

        Assert.Equal(3, writer.Exclusive(db =>
        {
            var row = db.Use(Sql).Bind(3L).Bind(4L);
            Assert.True(row.Step());
            var value = row.Long(0);
            row.Reset();
            return value;
        }));
    }

    [Fact(Timeout = 180_000)]
    public async Task Reads_that_wait_for_room_are_told_when_the_store_closes()
    {
        await (await OpenAsync(Place)).DisposeAsync();
        var readers = new Readers(Place, 1);
        using var begun = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        var first = Task.Run(
            () => readers.ReadAsync(
                _ =>
                {
                    begun.Set();
                    goOn.Wait(Ct);
                    return 1;
                },
                Ct).AsTask(),
            Ct);
        begun.Wait(Ct);
        var second = readers.ReadAsync(_ => 2, Ct).AsTask();

        var closing = Task.Run(readers.Dispose, Ct);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => second);
        goOn.Set();

        Assert.Equal(1, await first);
        await closing;
        await Assert.ThrowsAsync<ObjectDisposedException>(() => readers.ReadAsync(_ => 3, Ct).AsTask());
    }

    private static NewJob Job => new() { Type = "mail", Queue = "default", Payload = "{}"u8.ToArray() };

    private static Writer WriterOf(SqliteStore store) =>
        (Writer)typeof(SqliteStore).GetField("_writer", BindingFlags.NonPublic | BindingFlags.Instance)!.GetValue(store)!;

    private static async Task<SqliteStore> OpenAsync(string path)
    {
        var store = SqliteStore.Open($"Data Source={path}");
        await store.MigrateAsync(apply: true, Ct);
        return store;
    }

    /// <summary>Four jobs that run by the lease of their batch.</summary>
    private static async Task LeaseAsync(SqliteStore store)
    {
        var facts = new WorkerFacts { Name = "w", Host = "h", Pid = 1, Version = "1", Slots = 8 };
        var worker = await store.RegisterAsync(facts, Now, Ct);
        await store.EnqueueAsync(new EnqueueRequest([.. Enumerable.Repeat(Job, 4)], Now), Ct);
        var request = new ClaimRequest
        {
            WorkerId = worker,
            Token = new LeaseToken(1, 1),
            Now = Now,
            Lines = [new("default", "mail", 1000)],
            Slots = 4,
        };
        Assert.Equal(4, (await store.ClaimAsync(request, Ct)).Count);
    }

    private static void Run(string path, string script)
    {
        using var db = Connection.Open(path, SqliteOpenMode.ReadWrite);
        db.Execute(script);
    }

    private static long Count(string path, string sql)
    {
        using var db = Connection.Open(path, SqliteOpenMode.ReadOnly);
        return db.Number(sql);
    }
}
