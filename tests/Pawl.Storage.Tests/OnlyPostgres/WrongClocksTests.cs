using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Pawl.Postgres;

namespace Pawl.Storage.Tests.OnlyPostgres;

/// <summary>Programs on machines whose clocks are an hour fast or slow, on one database.</summary>
public sealed class WrongClocksTests(Databases databases) : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ConcurrentDictionary<string, TaskCompletionSource> _points = new();
    private readonly List<(IHost Host, PostgresStore Store)> _machines = [];
    private string _database = "";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _database = await databases.TakeAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var (host, store) in _machines)
        {
            await host.StopAsync(CancellationToken.None);
            await ((IAsyncDisposable)host).DisposeAsync();
            await store.DisposeAsync();
        }

        await databases.GiveBackAsync(_database);
    }

    [Theory]
    [InlineData(60)]
    [InlineData(-60)]
    public async Task When_a_delay_a_retry_and_a_snooze_are_due_is_told_by_the_clock_of_the_database(int minutesOff)
    {
        var jobs = await StartAsync("wrong", minutesOff, wait: TimeSpan.FromMinutes(20));
        var began = await DatabaseTimeAsync();
        var made = new Dictionary<string, JobId>
        {
            ["delay"] = (await jobs.EnqueueAsync(new Work("delay"), new() { Delay = TimeSpan.FromMinutes(20) }, Ct)).Id,
            ["fail"] = (await jobs.EnqueueAsync(new Work("fail"), cancellationToken: Ct)).Id,
            ["snooze"] = (await jobs.EnqueueAsync(new Work("snooze"), cancellationToken: Ct)).Id,
        };

        foreach (var (what, id) in made)
        {
            var job = await UntilScheduledAsync(jobs, id);
            Assert.True(
                job.RunAt > began.AddMinutes(15) && job.RunAt < began.AddMinutes(35), $"{what}: due {job.RunAt:O}, began {began:O}");
            Assert.True((job.CreatedAt - began).Duration() < TimeSpan.FromMinutes(10), $"{what}: made {job.CreatedAt:O}, began {began:O}");
        }
    }

    [Theory]
    [InlineData(60, -60)]
    [InlineData(-60, 60)]
    public async Task Machines_with_different_clocks_start_what_is_due_and_take_the_jobs_of_a_dead_one_alone(int first, int second)
    {
        // The first one leads: it moves what is due, and ends what the dead one held.
        var jobs = new Dictionary<string, IJobs> { ["first"] = await StartAsync("first", first, TimeSpan.FromMilliseconds(50)) };
        jobs["second"] = await StartAsync("second", second, TimeSpan.FromMilliseconds(50));
        jobs["right"] = await StartAsync("right", 0, TimeSpan.FromMilliseconds(50));
        var (held, due) = (new Dictionary<string, JobId>(), new List<JobId>());
        foreach (var (name, of) in jobs)
        {
            held[name] = (await of.EnqueueAsync(new Work($"hold {name}"), new() { Queue = name }, Ct)).Id;
            await Point($"hold {name}").Task.WaitAsync(Patience, Ct);
        }

        var left = await AbandonAsync(jobs["right"]);
        foreach (var (name, of) in jobs)
        {
            due.Add((await of.EnqueueAsync(new Work("run"), new() { Queue = name, Delay = TimeSpan.FromMilliseconds(50) }, Ct)).Id);
            due.Add((await of.EnqueueAsync(new Work("fail"), new() { Queue = name }, Ct)).Id);
            due.Add((await of.EnqueueAsync(new Work("snooze"), new() { Queue = name }, Ct)).Id);
        }

        foreach (var id in due)
        {
            Assert.Equal(JobState.Succeeded, (await jobs["right"].WaitAsync(id, Ct).WaitAsync(Patience, Ct)).State);
        }

        var taken = await jobs["right"].WaitAsync(left, Ct).WaitAsync(Patience, Ct);
        Assert.Equal((JobState.Succeeded, 2, 1), (taken.State, taken.Attempt, taken.Losses));

        Point("go").SetResult();
        foreach (var id in held.Values)
        {
            var job = await jobs["right"].WaitAsync(id, Ct).WaitAsync(Patience, Ct);
            Assert.Equal((JobState.Succeeded, 1, 0), (job.State, job.Attempt, job.Losses));
        }
    }

    /// <summary>A job that a worker has taken of which nobody will hear again.</summary>
    private async Task<JobId> AbandonAsync(IJobs jobs)
    {
        var id = (await jobs.EnqueueAsync(new Work("run"), new() { Queue = "left" }, Ct)).Id;
        await using var store = PostgresStore.Open(_database, new PostgresOptions { Listen = false });
        await store.MigrateAsync(apply: false, Ct);
        var worker = await store.RegisterAsync(
            new WorkerFacts { Name = "dead", Host = "h", Pid = 1, Version = "1", Slots = 1, Types = ["clocks.work"], Queues = ["left"] },
            store.Clock.GetUtcNow(),
            Ct);
        Assert.Single(await store.ClaimAsync(
            new ClaimRequest
            {
                WorkerId = worker, Token = new LeaseToken(7, 1), Now = store.Clock.GetUtcNow(), Slots = 1,
                Lines = [new("left", "clocks.work", 1)],
            },
            Ct));

        // Whoever takes it from now on must have waited for the end of its lease.
        await StartAsync("left", 0, TimeSpan.FromMilliseconds(50));
        return id;
    }

    private async Task<IJobs> StartAsync(string queue, int minutesOff, TimeSpan wait)
    {
        var store = PostgresStore.OpenBy(new Wrong(TimeSpan.FromMinutes(minutesOff)), _database);
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Services.AddSingleton(this).AddSingleton<IJobStore>(store).AddSingleton(new Snooze(wait));
        builder.Services.AddPawl(options =>
        {
            options.Retry = new() { BaseDelay = wait, MaxDelay = wait };
            options.Worker.Queues = [queue, .. queue == "wrong" ? (string[])["default"] : []];
            (options.Worker.LeaseTtl, options.Worker.HeartbeatInterval) = (TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1));
            options.Worker.DrainTimeout = TimeSpan.FromMilliseconds(100);
        }).AddHandler<WorkHandler, Work>();
        var host = builder.Build();
        _machines.Add((host, store));
        await host.StartAsync(Ct);
        return host.Services.GetRequiredService<IJobs>();
    }

    private async Task<DateTimeOffset> DatabaseTimeAsync()
    {
        await using var connection = new NpgsqlConnection(_database);
        await connection.OpenAsync(Ct);
        await using var command = new NpgsqlCommand("select clock_timestamp()", connection);
        return new((DateTime)(await command.ExecuteScalarAsync(Ct))!);
    }

    private static async Task<Job> UntilScheduledAsync(IJobs jobs, JobId id)
    {
        using var over = new CancellationTokenSource(Patience, TimeProvider.System);
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        Job job;
        while ((job = await jobs.GetAsync(id, Ct)).State != JobState.Scheduled)
        {
            await tick.WaitForNextTickAsync(over.Token);
        }

        return job;
    }

    private TaskCompletionSource Point(string name) =>
        _points.GetOrAdd(name, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously));

    [Job("clocks.work")]
    private sealed record Work(string What);

    private sealed record Snooze(TimeSpan Length);

    private sealed class WorkHandler(WrongClocksTests test, Snooze snooze) : IJobHandler<Work>
    {
        public async Task HandleAsync(Work payload, JobContext job, CancellationToken cancellationToken)
        {
            switch (payload.What)
            {
                case "fail" when job.Attempt == 1:
                    throw new JobException(ErrorCategory.Network, "not now");
                case "snooze" when job.Attempt == 1:
                    await job.SnoozeAsync(snooze.Length);
                    break;
                case var what when what.StartsWith("hold", StringComparison.Ordinal):
                    test.Point(what).TrySetResult();
                    await test.Point("go").Task.WaitAsync(cancellationToken);
                    break;
            }
        }
    }

    /// <summary>The clock of a machine that nobody sets right.</summary>
    private sealed class Wrong(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
    }
}
