using System.Globalization;
using Microsoft.Data.Sqlite;
using Pawl.Sqlite;

namespace Pawl.Storage.Tests.OnlySqlite;

/// <summary>What is there after a process or a machine went down, and after an opening in good order.</summary>
public sealed class Crashes : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 10, 0, 0, TimeSpan.Zero);
    private readonly TempFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Place => _folder["jobs.db"];

    private static NewJob Job => new() { Type = "mail", Queue = "default", Payload = "{}"u8.ToArray() };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_was_promised_before_a_kill_is_there_and_whole()
    {
        var promised = new List<long>();
        for (var round = 0; round < 3; round++)
        {
            await using var child = await Child.LoadAsync(Place, Ct);
            for (var lines = 0; lines < 40; lines++)
            {
                promised.Add(Number(await child.ReadLineAsync(Ct)));
            }

            await child.KillAsync();
            promised.AddRange((await child.RestAsync(Ct)).SkipLast(1).Select(Number));   // the last line may be cut
        }

        await using var store = await ReadyAsync();

        var there = await store.GetAsync([.. promised.Select(id => new JobId(id))], Ct);
        Assert.Equal(promised.Count, there.Count);
        Assert.Equal(promised.Distinct().Count(), promised.Count);
        Assert.Empty(FileFaults.In(Place));
        var seqs = (await store.EventsAsync(new EventQuery(Limit: 10_000), Ct)).Select(record => record.Seq).ToList();
        Assert.Equal(Enumerable.Range(0, seqs.Count).Select(n => seqs[0] + n), seqs);
    }

    [Fact]
    public async Task Workers_of_an_earlier_opening_are_dead_and_their_jobs_can_be_offered_again_at_once()
    {
        long here, remote;
        JobId id;
        await using (var first = await ReadyAsync())
        {
            here = await first.RegisterAsync(Worker, Now, Ct);
            remote = await first.RegisterAsync(Worker with { Remote = true }, Now, Ct);
            id = (await first.EnqueueAsync(new EnqueueRequest([Job], Now), Ct)).Jobs[0].Id;
            Assert.Single(await first.ClaimAsync(Ask(here), Ct));
            Assert.True((await first.LeadAsync(new LeadRequest(here), Ct)).Mine);
        }

        await using var store = await ReadyAsync();
        var workers = (await store.WorkersAsync(Ct)).ToDictionary(row => row.Id);
        var leader = await store.RegisterAsync(Worker, Now, Ct);
        var lead = await store.LeadAsync(new LeadRequest(leader), Ct);
        var silent = new LoseRequest { Term = lead.Term, WorkerId = here, SeenBeat = workers[here].Beat, Now = Now };
        var lost = await store.LoseAsync(silent, Ct);

        Assert.Equal((true, false), (workers[here].Dead, workers[remote].Dead));
        Assert.True(lead.Mine);
        Assert.Equal([new LostJob(id, 1, JobState.Queued)], lost.Lost);
        Assert.False((await store.WorkersAsync(Ct)).Single(row => row.Id == leader).Dead);
    }

    [Fact]
    public async Task Numbers_are_never_given_twice_although_the_highest_were_purged()
    {
        JobId last;
        long seq;
        await using (var first = await ReadyAsync())
        {
            var worker = await first.RegisterAsync(Worker, Now, Ct);
            last = (await first.EnqueueAsync(new EnqueueRequest([Job, Job, Job], Now), Ct)).Jobs[^1].Id;
            var claimed = await first.ClaimAsync(Ask(worker) with { Slots = 3 }, Ct);
            var ends = claimed.Select(job => new Settlement { Lease = job.Lease, Outcome = Outcome.Succeeded, Event = JobEvent.Completed });
            await first.SettleAsync([.. ends], Now, Ct);
            await first.PurgeAsync(new PurgeRequest([.. claimed.Select(job => job.Lease.Job)], Now), Ct);
            Assert.Empty((await first.ListAsync(new JobQuery(), Ct)).Jobs);
            seq = (await first.EventsAsync(new EventQuery(Limit: 10_000), Ct))[^1].Seq;
            var term = (await first.LeadAsync(new LeadRequest(worker), Ct)).Term;
            Assert.True((await first.RetainAsync(new RetainRequest { Term = term, Now = Now.AddDays(1000) }, Ct)).Accepted);
            Assert.Empty(await first.EventsAsync(new EventQuery(), Ct));
        }

        await using var store = await ReadyAsync();
        var next = (await store.EnqueueAsync(new EnqueueRequest([Job], Now), Ct)).Jobs[0].Id;

        Assert.True(next > last);
        Assert.Equal(seq + 1, Assert.Single(await store.EventsAsync(new EventQuery(), Ct)).Seq);
    }

    [Fact]
    public async Task Pauses_limits_and_held_jobs_outlive_the_process()
    {
        var keyed = Job with { ConcurrencyKey = "repo" };
        await using (var first = await ReadyAsync())
        {
            var worker = await first.RegisterAsync(Worker, Now, Ct);
            await first.EnqueueAsync(new EnqueueRequest([keyed, keyed, keyed, Job with { Queue = "slow" }], Now), Ct);
            await first.LimitAsync(new LimitRequest(null, "repo", 2, Now), Ct);
            await first.PauseAsync(new PauseRequest("slow", null, true, Now), Ct);
            Assert.Equal(2, (await first.ClaimAsync(Ask(worker) with { Slots = 9 }, Ct)).Count);
        }

        await using var store = await ReadyAsync();
        var next = await store.RegisterAsync(Worker, Now, Ct);

        Assert.Empty(await store.ClaimAsync(Ask(next) with { Slots = 9, Lines = [new("default", "mail", 9), new("slow", "mail", 9)] }, Ct));
        Assert.Equal(1, (await store.LinesAsync(Ct)).Single(line => line.Queue == "default").Held);
    }

    [Fact]
    public async Task A_migration_that_was_cut_off_after_any_statement_is_completed()
    {
        await SqliteStore.Open($"Data Source={Place}").DisposeAsync();
        var step = SchemaStep.Of(typeof(SqliteStore).Assembly)[0];
        var statements = step.Sql.Split(";\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.True(statements.Length > 20);
        for (var done = 1; done <= statements.Length; done += 5)
        {
            var copy = _folder[$"cut-{done}.db"];
            File.Copy(Place, copy);
            using (var cut = Connection.Open(copy, SqliteOpenMode.ReadWrite))
            {
                // So little memory that what is not committed goes to the log, as in a long step.
                cut.Execute("pragma journal_mode = wal; pragma cache_size = 1; pragma cache_spill = 1; begin immediate");
                cut.Execute(string.Join(";\n", statements.Take(done)));
                File.Copy(copy, copy + ".crashed");
                if (File.Exists(copy + "-wal"))
                {
                    File.Copy(copy + "-wal", copy + ".crashed-wal");
                }

                cut.Execute("rollback");
            }

            await using var store = SqliteStore.Open($"Data Source={copy}.crashed");

            Assert.Equal(0, (await store.MigrateAsync(apply: false, Ct)).Version);
            Assert.True((await store.MigrateAsync(apply: true, Ct)).Ready);
            Assert.Single((await store.EnqueueAsync(new EnqueueRequest([Job], Now), Ct)).Jobs);
        }
    }

    [Fact]
    public async Task A_backup_taken_under_load_opens_and_holds_a_whole_moment()
    {
        await using (var store = await ReadyAsync())
        {
            var writing = Task.Run(
                async () =>
                {
                    for (var n = 0; n < 60; n++)
                    {
                        await store.EnqueueAsync(new EnqueueRequest([Job, Job, Job], Now), Ct);
                    }
                },
                Ct);
            await store.BackupAsync(_folder["backup.db"], Ct);
            await writing;
        }

        Assert.Empty(FileFaults.In(_folder["backup.db"]));
        await using var copy = SqliteStore.Open($"Data Source={_folder["backup.db"]}");
        Assert.True((await copy.MigrateAsync(apply: false, Ct)).Ready);
        var jobs = (await copy.ListAsync(new JobQuery { Limit = 1000 }, Ct)).Jobs.Count;
        Assert.Equal(0, jobs % 3);
        Assert.Single((await copy.EnqueueAsync(new EnqueueRequest([Job], Now), Ct)).Jobs);
    }

    [Fact]
    public async Task A_backup_holds_every_row()
    {
        string before;
        await using (var store = await ReadyAsync())
        {
            var worker = await store.RegisterAsync(Worker, Now, Ct);
            var keyed = Job with { UniqueKey = "k", BodyHash = new byte[32] };
            await store.EnqueueAsync(new EnqueueRequest([Job, keyed, Job with { RunAt = Now.AddDays(1) }], Now), Ct);
            await store.ClaimAsync(Ask(worker), Ct);
            await store.BackupAsync(_folder["backup.db"], Ct);
            before = await AllAsync(store);
        }

        await using var copy = SqliteStore.Open($"Data Source={_folder["backup.db"]}");
        await copy.MigrateAsync(apply: false, Ct);

        Assert.Equal(before, await AllAsync(copy));
    }

    private static WorkerFacts Worker => new() { Name = "w", Host = "h", Pid = 1, Version = "1", Slots = 4 };

    private static ClaimRequest Ask(long worker) => new()
    {
        WorkerId = worker,
        Token = new LeaseToken(1, 1),
        Now = Now,
        Lines = [new("default", "mail", 9)],
        Slots = 1,
    };

    private static async Task<string> AllAsync(SqliteStore store) => System.Text.Json.JsonSerializer.Serialize(new
    {
        (await store.ListAsync(new JobQuery { Limit = 1000 }, Ct)).Jobs,
        Events = await store.EventsAsync(new EventQuery(Limit: 10_000), Ct),
        Lines = await store.LinesAsync(Ct),
    });

    private static long Number(string line) => long.Parse(line, NumberStyles.None, CultureInfo.InvariantCulture);

    private async Task<SqliteStore> ReadyAsync()
    {
        var store = SqliteStore.Open($"Data Source={Place}");
        await store.MigrateAsync(apply: true, Ct);
        return store;
    }
}
