using System.Data;
using Npgsql;
using Pawl.Postgres;

namespace Pawl.Storage.Tests.OnlyPostgres;

/// <summary>Jobs stored in a transaction of the user's live and die with it, and keep nobody waiting but who shows the same key.</summary>
public sealed class OwnTransactionTests(Databases databases) : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 10, 0, 30, TimeSpan.Zero);
    private string _database = "";
    private PostgresStore _store = null!;
    private NpgsqlDataSource _own = null!;
    private long _worker;
    private ulong _tokens;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static NewJob Plain { get; } = new() { Type = "mail", Queue = "default", Payload = "{}"u8.ToArray() };

    public async ValueTask InitializeAsync()
    {
        _database = await databases.TakeAsync();
        _store = PostgresStore.Open(_database);
        await _store.MigrateAsync(apply: false, Ct);
        _own = NpgsqlDataSource.Create(_database);
        _worker = await WorkerAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_store is not null)
        {
            await _own.DisposeAsync();
            await _store.DisposeAsync();
            await databases.GiveBackAsync(_database);
        }
    }

    [Fact]
    public async Task A_commit_brings_the_job_and_until_then_nobody_sees_it()
    {
        await using var mine = await BeginAsync();
        var id = await EnqueueAsync(mine);

        Assert.Empty(await _store.GetAsync([id], Ct));
        Assert.Empty(await ClaimAsync());
        Assert.Empty(await CountsAsync());

        await mine.CommitAsync();

        Assert.Equal(JobState.Queued, (await JobAsync(id)).State);
        Assert.Equal(1, (await CountsAsync())[JobState.Queued]);
        Assert.Equal(1, Assert.Single(await _store.MinutesAsync(Now.AddMinutes(-1), Ct)).Created);
        Assert.Equal([EventKind.Created], (await EventsAsync()).Select(one => one.Kind));
        Assert.Equal(id, Assert.Single(await ClaimAsync()).Lease.Job);
    }

    [Theory]
    [InlineData(IsolationLevel.ReadCommitted)]
    [InlineData(IsolationLevel.RepeatableRead)]
    [InlineData(IsolationLevel.Serializable)]
    public async Task A_rollback_leaves_nothing_and_holds_no_key(IsolationLevel isolation)
    {
        await using (var mine = await BeginAsync(isolation))
        {
            await EnqueueAllAsync(mine, Plain, Keyed("a"), Plain with { IdempotencyKey = "r", BodyHash = new byte[32] });
            await mine.RollbackAsync();
        }

        Assert.Empty(await CountsAsync());
        Assert.Empty(await EventsAsync());
        Assert.Empty(await _store.MinutesAsync(Now.AddMinutes(-1), Ct));
        Assert.Empty((await _store.ListAsync(new JobQuery(), Ct)).Jobs);
        var after = (await _store.EnqueueAsync(
            new EnqueueRequest([Keyed("a"), Plain with { IdempotencyKey = "r", BodyHash = new byte[32] }], Now), Ct)).Jobs;
        Assert.DoesNotContain(after, one => one.Deduplicated);
    }

    [Fact]
    public async Task A_connection_that_is_killed_takes_its_jobs_and_keys_with_it()
    {
        await using var mine = await BeginAsync();
        await EnqueueAllAsync(mine, Plain, Keyed("a"));
        await using var kill = _own.CreateCommand("select pg_terminate_backend($1)");
        kill.Parameters.Add(new NpgsqlParameter { Value = mine.ProcessId });
        await kill.ExecuteNonQueryAsync(Ct);
        await Assert.ThrowsAnyAsync<NpgsqlException>(mine.CommitAsync);

        Assert.False(Assert.Single((await _store.EnqueueAsync(new EnqueueRequest([Keyed("a")], Now), Ct)).Jobs).Deduplicated);
        Assert.Equal(1, (await CountsAsync())[JobState.Queued]);
        Assert.Single(await EventsAsync());
    }

    [Fact]
    public async Task A_savepoint_takes_back_what_came_after_it()
    {
        await using var mine = await BeginAsync();
        var kept = await EnqueueAsync(mine);
        await mine.Transaction.SaveAsync("here", Ct);
        await EnqueueAsync(mine, Keyed("a"));
        await mine.Transaction.RollbackAsync("here", Ct);
        var again = await EnqueueAsync(mine, Keyed("a"));
        await mine.CommitAsync();

        Assert.Equal([again, kept], (await _store.ListAsync(new JobQuery(), Ct)).Jobs.Select(job => job.Id));
        Assert.Equal(2, (await CountsAsync())[JobState.Queued]);
        Assert.Equal([kept, again], (await EventsAsync()).Select(one => one.JobId!.Value));
    }

    [Fact]
    public async Task A_refused_call_leaves_the_transaction_usable_and_stores_nothing_of_its_own()
    {
        await using var mine = await BeginAsync();
        var refused = await _store.EnqueueInAsync(
            new EnqueueRequest([Plain, Plain with { DependsOn = [new Dependency(new JobId(4711))] }], Now), mine.Transaction, Ct);
        Assert.Equal("dependency_missing", refused.Refusal?.Code);
        var id = await EnqueueAsync(mine);
        await mine.CommitAsync();

        Assert.Equal([id], (await _store.ListAsync(new JobQuery(), Ct)).Jobs.Select(job => job.Id));
    }

    [Theory]
    [InlineData(IsolationLevel.ReadCommitted)]
    [InlineData(IsolationLevel.RepeatableRead)]
    [InlineData(IsolationLevel.Serializable)]
    public async Task Every_kind_of_job_that_stands_alone_can_be_stored(IsolationLevel isolation)
    {
        var held = (await _store.EnqueueAsync(new EnqueueRequest([Keyed("held")], Now), Ct)).Jobs[0].Id;
        await using var mine = await BeginAsync(isolation);
        var jobs = await EnqueueAllAsync(
            mine,
            Plain with { RunAt = Now.AddHours(1) },
            Plain with { RequiresApproval = true },
            Plain with { ConcurrencyKey = "c" },
            Keyed("held"),
            Keyed("new"),
            Keyed("new"),
            Plain with { StartBy = Now.AddHours(2) });
        await mine.CommitAsync();

        Assert.Equal(
            [JobState.Scheduled, JobState.Blocked, JobState.Queued, JobState.Queued, JobState.Queued, JobState.Queued, JobState.Queued],
            jobs.Select(job => job.State));
        Assert.Equal(held, jobs[3].Id);
        Assert.Equal(jobs[4].Id, jobs[5].Id);
        Assert.Equal([false, false, false, true, false, true, false], jobs.Select(job => job.Deduplicated));
        foreach (var job in jobs)
        {
            Assert.Equal(job.State, (await JobAsync(job.Id)).State);
        }
    }

    [Fact]
    public async Task The_events_of_a_late_commit_are_told_after_those_numbered_before_it()
    {
        await using var mine = await BeginAsync();
        var late = await EnqueueAsync(mine);
        var early = (await _store.EnqueueAsync(new EnqueueRequest([Plain, Plain], Now), Ct)).Jobs.Select(job => job.Id).ToList();
        var before = await EventsAsync();
        Assert.Equal(early, before.Select(one => one.JobId!.Value));

        await mine.CommitAsync();

        var after = await _store.EventsAsync(new EventQuery(After: before[^1].Seq, Limit: 10), Ct);
        Assert.Equal(late, Assert.Single(after).JobId);
        Assert.Equal(before[^1].Seq + 1, after[0].Seq);
        Assert.True(late.Value < early[0].Value);
        Assert.Equal([EventKind.Created], (await _store.EventsAsync(new EventQuery(Limit: 10, Job: late), Ct)).Select(one => one.Kind));
    }

    [Fact]
    public async Task Many_transactions_that_end_in_any_order_lose_no_event_and_no_count()
    {
        var open = new List<Own>();
        for (var n = 0; n < 12; n++)
        {
            open.Add(await BeginAsync());
        }

        var told = new List<EventRecord>();
        var expected = new HashSet<JobId>();
        foreach (var (mine, n) in open.Select((mine, n) => (mine, n)))
        {
            var ids = await EnqueueAllAsync(mine, Plain, Plain with { RunAt = Now.AddHours(1) });
            expected.UnionWith(n % 3 == 0 ? [] : ids.Select(job => job.Id));
        }

        foreach (var n in new[] { 5, 0, 11, 2, 9, 4, 7, 1, 10, 3, 8, 6 })
        {
            await (n % 3 == 0 ? open[n].RollbackAsync() : open[n].CommitAsync());
            told.AddRange(await _store.EventsAsync(new EventQuery(After: told.Count == 0 ? 0 : told[^1].Seq, Limit: 1000), Ct));
            await _store.FoldAsync(Ct);
            await open[n].DisposeAsync();
        }

        Assert.Equal(expected.Order(), told.Select(one => one.JobId!.Value).Order());
        Assert.Equal(Enumerable.Range(1, told.Count).Select(n => (long)n), told.Select(one => one.Seq));
        var counts = await CountsAsync();
        Assert.Equal((8, 8), (counts[JobState.Queued], counts[JobState.Scheduled]));
    }

    [Fact]
    public async Task A_transaction_that_stays_open_holds_up_no_claim_no_end_no_fold_and_no_event()
    {
        var upstream = (await _store.EnqueueAsync(new EnqueueRequest([Plain, Plain, Plain], Now), Ct)).Jobs[1].Id;
        await using var mine = await BeginAsync();
        await EnqueueAllAsync(
            mine,
            Plain,
            Keyed("a"),
            Plain with { DependsOn = [new Dependency(upstream)] },
            Plain with { ConcurrencyKey = "c", OnBusy = OnBusy.Reject });
        await _store.EnqueueAsync(new EnqueueRequest([Plain with { ConcurrencyKey = "c" }, Keyed("b")], Now), Ct);

        var claimed = await ClaimAsync();
        Assert.Equal(5, claimed.Count);
        foreach (var job in claimed)
        {
            await SucceedAsync(job);
        }

        Assert.True(await _store.FoldAsync(Ct) > 0);
        Assert.Equal(15, (await EventsAsync()).Count);
        Assert.Equal(5, (await CountsAsync())[JobState.Succeeded]);
        await mine.CommitAsync();
        Assert.Equal(3, (await CountsAsync())[JobState.Queued]);
    }

    [Fact]
    public async Task Who_shows_the_key_of_an_open_transaction_waits_a_while_and_is_then_told_to_ask_again()
    {
        await using var mine = await BeginAsync();
        await EnqueueAsync(mine, Keyed("a"));

        var busy = await Assert.ThrowsAsync<PawlException>(
            async () => await _store.EnqueueAsync(new EnqueueRequest([Keyed("a")], Now), Ct));

        Assert.Equal("storage_busy", busy.Code);
    }

    [Fact]
    public async Task A_job_that_depends_on_one_that_ended_before_the_commit_is_let_go_after_it()
    {
        var upstream = (await _store.EnqueueAsync(new EnqueueRequest([Plain], Now), Ct)).Jobs[0].Id;
        await using var mine = await BeginAsync();
        var job = Assert.Single(await EnqueueAllAsync(mine, Plain with { DependsOn = [new Dependency(upstream)] }));
        Assert.Equal(JobState.Blocked, job.State);
        await SucceedAsync(Assert.Single(await ClaimAsync()));

        await mine.CommitAsync();
        Assert.Equal(JobState.Blocked, (await JobAsync(job.Id)).State);
        await PromoteAsync();

        Assert.Equal(JobState.Queued, (await JobAsync(job.Id)).State);
        Assert.Equal(1, (await CountsAsync())[JobState.Queued]);
        Assert.Equal(job.Id, Assert.Single(await ClaimAsync()).Lease.Job);
    }

    [Fact]
    public async Task A_job_that_depends_on_one_that_fails_after_the_commit_follows_its_rule()
    {
        await using var mine = await BeginAsync();
        var upstream = await EnqueueAsync(mine, Plain with { MaxAttempts = 1 });
        var job = await EnqueueAsync(mine, Plain with { DependsOn = [new Dependency(upstream)] });
        await mine.CommitAsync();
        var running = Assert.Single(await ClaimAsync());
        Assert.Equal(upstream, running.Lease.Job);
        await PromoteAsync();
        Assert.Equal(JobState.Blocked, (await JobAsync(job)).State);

        await FailAsync(running);

        Assert.Equal((JobState.Cancelled, EndReason.DependencyFailed), ((await JobAsync(job)).State, (await JobAsync(job)).EndReason));
    }

    [Fact]
    public async Task Two_transactions_that_show_the_same_keys_in_opposite_order_end_with_one_told_to_run_again()
    {
        await using var one = await BeginAsync();
        await using var other = await BeginAsync();
        await EnqueueAsync(one, Keyed("a"));
        await EnqueueAsync(other, Keyed("b"));
        var crossed = new[]
        {
            Record.ExceptionAsync(() => EnqueueAsync(one, Keyed("b"))).AsTask(),
            Record.ExceptionAsync(() => EnqueueAsync(other, Keyed("a"))).AsTask(),
        };

        var loser = await Task.WhenAny(crossed);
        Assert.Equal("transaction_conflict", Assert.IsType<PawlException>(await loser).Code);
        var (lost, won, winner) = loser == crossed[0] ? (one, other, crossed[1]) : (other, one, crossed[0]);
        await lost.RollbackAsync();
        Assert.Null(await winner);
        await won.CommitAsync();

        Assert.Equal(2, (await CountsAsync())[JobState.Queued]);
    }

    [Theory]
    [InlineData(IsolationLevel.RepeatableRead)]
    [InlineData(IsolationLevel.Serializable)]
    public async Task A_key_that_another_took_or_freed_since_the_snapshot_is_a_conflict(IsolationLevel isolation)
    {
        await _store.EnqueueAsync(new EnqueueRequest([Keyed("freed")], Now), Ct);
        foreach (var key in new[] { "taken", "freed" })
        {
            await using var mine = await BeginAsync(isolation);
            await mine.RunAsync("select 1 from pawl.meta");   // the snapshot
            if (key == "taken")
            {
                await _store.EnqueueAsync(new EnqueueRequest([Keyed("taken")], Now), Ct);
            }
            else
            {
                foreach (var job in await ClaimAsync())
                {
                    await SucceedAsync(job);
                }
            }

            var conflict = await Assert.ThrowsAsync<PawlException>(() => EnqueueAsync(mine, Keyed(key)));
            Assert.Equal("transaction_conflict", conflict.Code);
        }
    }

    [Fact]
    public async Task What_rests_on_other_jobs_is_refused_where_they_cannot_be_seen()
    {
        var upstream = (await _store.EnqueueAsync(new EnqueueRequest([Plain], Now), Ct)).Jobs[0].Id;
        await using var mine = await BeginAsync(IsolationLevel.RepeatableRead);
        foreach (var job in new[]
        {
            Plain with { DependsOn = [new Dependency(upstream)] }, Plain with { ConcurrencyKey = "c", OnBusy = OnBusy.Reject },
        })
        {
            Assert.Equal("transaction_isolation", (await Assert.ThrowsAsync<PawlException>(() => EnqueueAsync(mine, job))).Code);
        }

        await EnqueueAsync(mine);
        await mine.CommitAsync();
    }

    [Fact]
    public async Task A_transaction_that_cannot_take_jobs_is_refused_in_words()
    {
        await using var ended = await BeginAsync();
        await ended.CommitAsync();
        Assert.Equal("transaction_ended", await RefusedAsync(ended.Transaction));

        await using var failed = await BeginAsync();
        await Assert.ThrowsAsync<PostgresException>(() => failed.RunAsync("select 1 / 0"));
        Assert.Equal("transaction_ended", await RefusedAsync(failed.Transaction));

        await using var reading = await BeginAsync();
        await reading.RunAsync("set transaction read only");
        Assert.Equal("transaction_read_only", await RefusedAsync(reading.Transaction));

        foreach (var database in new[] { await databases.TakeBareAsync(), await databases.TakeAsync() })
        {
            await using var source = NpgsqlDataSource.Create(database);
            await using var connection = await source.OpenConnectionAsync(Ct);
            await using var elsewhere = await connection.BeginTransactionAsync(Ct);
            Assert.Equal("transaction_foreign", await RefusedAsync(elsewhere));
        }
    }

    [Fact]
    public async Task A_commit_is_heard_of()
    {
        var heard = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        _store.Wakeups.Runnable += priority =>
        {
            if (priority != 0)   // that is what a listener says that has just connected
            {
                heard.TrySetResult(priority);
            }
        };
        await using (var undone = await BeginAsync())
        {
            await EnqueueAsync(undone, Plain with { Priority = 3 });
            await undone.RollbackAsync();
        }

        await using var mine = await BeginAsync();
        await EnqueueAsync(mine, Plain with { Priority = 7 });
        await mine.CommitAsync();

        Assert.Equal(7, await heard.Task.WaitAsync(TimeSpan.FromSeconds(120), Ct));
    }

    [Fact]
    public async Task An_ordinary_role_with_rights_on_the_tables_is_enough()
    {
        await using (var setup = await BeginAsync())
        {
            await setup.RunAsync("""
                do $$ begin create role pawl_ordinary; exception when duplicate_object then null; end $$
                """);
            await setup.RunAsync("grant usage on schema pawl to pawl_ordinary");
            await setup.RunAsync("grant select, insert, update, delete on all tables in schema pawl to pawl_ordinary");
            await setup.RunAsync("grant usage on all sequences in schema pawl to pawl_ordinary");
            await setup.CommitAsync();
        }

        await using var mine = await BeginAsync();
        await mine.RunAsync("set local role pawl_ordinary");
        var id = await EnqueueAsync(mine, Keyed("a"));
        await mine.CommitAsync();

        Assert.Equal(JobState.Queued, (await JobAsync(id)).State);
    }

    private static NewJob Keyed(string key) => Plain with { UniqueKey = key, UniqueHold = UniqueHold.Active, BodyHash = new byte[32] };

    private async Task<Own> BeginAsync(IsolationLevel isolation = IsolationLevel.ReadCommitted)
    {
        var connection = await _own.OpenConnectionAsync(Ct);
        return new Own(connection, await connection.BeginTransactionAsync(isolation, Ct));
    }

    private async Task<JobId> EnqueueAsync(Own mine, NewJob? job = null) => Assert.Single(await EnqueueAllAsync(mine, job ?? Plain)).Id;

    private async Task<IReadOnlyList<Enqueued>> EnqueueAllAsync(Own mine, params IReadOnlyList<NewJob> jobs)
    {
        var reply = await _store.EnqueueInAsync(new EnqueueRequest(jobs, Now), mine.Transaction, Ct);
        Assert.Null(reply.Refusal);
        return reply.Jobs;
    }

    private async Task<string> RefusedAsync(NpgsqlTransaction transaction) => (await Assert.ThrowsAsync<PawlException>(
        async () => await _store.EnqueueInAsync(new EnqueueRequest([Plain], Now), transaction, Ct))).Code;

    private async Task<Job> JobAsync(JobId id) => Assert.Single(await _store.GetAsync([id], Ct));

    private async Task<IReadOnlyList<EventRecord>> EventsAsync() => await _store.EventsAsync(new EventQuery(Limit: 1000), Ct);

    private async Task<Dictionary<JobState, long>> CountsAsync() => (await _store.LinesAsync(Ct))
        .SelectMany(line => line.Counts).Where(count => count.Value != 0)
        .GroupBy(count => count.Key).ToDictionary(group => group.Key, group => group.Sum(count => count.Value));

    private async Task<long> WorkerAsync() => await _store.RegisterAsync(
        new WorkerFacts { Name = "w", Host = "h", Pid = 1, Version = "1", Slots = 8, Types = ["mail"], Queues = ["default"] }, Now, Ct);

    private async Task<IReadOnlyList<Claimed>> ClaimAsync() => await _store.ClaimAsync(
        new ClaimRequest
        {
            WorkerId = _worker,
            Token = new LeaseToken(1, ++_tokens),
            Now = Now,
            Lines = [new ClaimLine("default", "mail", 1000)],
            Slots = 100,
        },
        Ct);

    private async Task SucceedAsync(Claimed job) => await SettleAsync(new Settlement
    {
        Lease = job.Lease,
        Outcome = Outcome.Succeeded,
        Event = JobEvent.Completed,
        Run = TimeSpan.FromMilliseconds(1),
    });

    private async Task FailAsync(Claimed job) => await SettleAsync(new Settlement
    {
        Lease = job.Lease,
        Outcome = Outcome.Failed,
        Event = JobEvent.FailedForGood,
        Rule = "budget",
        Error = new JobError
        {
            Category = ErrorCategory.Network,
            Code = "c",
            Message = "m",
            Disposition = Disposition.Fail,
            Rule = "r",
            Fingerprint = "9c1f0b7e",
            OccurredAt = Now,
        },
    });

    private async Task SettleAsync(Settlement settlement) =>
        Assert.Equal(Settled.Done, Assert.Single(await _store.SettleAsync([settlement], Now, Ct)).What);

    private async Task PromoteAsync()
    {
        var seen = await _store.LeadAsync(new LeadRequest(_worker), Ct);
        var lead = seen.Mine ? seen : await _store.LeadAsync(new LeadRequest(_worker, (seen.Term, seen.Beat)), Ct);
        Assert.True((await _store.PromoteAsync(new PromoteRequest(lead.Term, Now, 100), Ct)).Accepted);
    }

    /// <summary>A transaction as a program has one.</summary>
    private sealed class Own(NpgsqlConnection connection, NpgsqlTransaction transaction) : IAsyncDisposable
    {
        public NpgsqlTransaction Transaction => transaction;

        public int ProcessId => connection.ProcessID;

        public async Task RunAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection, transaction);
            await command.ExecuteNonQueryAsync(Ct);
        }

        public async Task CommitAsync() => await transaction.CommitAsync(Ct);

        public async Task RollbackAsync() => await transaction.RollbackAsync(Ct);

        public async ValueTask DisposeAsync()
        {
            await transaction.DisposeAsync();
            await connection.DisposeAsync();
        }
    }
}
