using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pawl.Postgres;

namespace Pawl.Storage.Tests.OnlyPostgres;

/// <summary>Whole programs on a server: what they hold, and what they do when it goes away.</summary>
public sealed class HostsTests(OwnServer server) : IClassFixture<OwnServer>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_hundred_running_jobs_hold_no_connection()
    {
        const int Jobs = 200;
        var database = await server.MakeAsync("sleepers");
        var (begun, all, go) = (0, Point(), Point());
        using var host = await StartAsync(
            database,
            async (_, token) =>
            {
                if (Interlocked.Increment(ref begun) == Jobs)
                {
                    all.SetResult();
                }

                await go.Task.WaitAsync(token);
            },
            options => options.Worker.Slots = Jobs + 10,
            postgres => postgres.PoolMax = 8);
        var jobs = host.Services.GetRequiredService<IJobs>();
        await jobs.EnqueueManyAsync([.. Enumerable.Range(0, Jobs).Select(n => new Sleep(n))], cancellationToken: Ct);
        await all.Task.WaitAsync(Patience, Ct);

        Assert.InRange(await server.NumberAsync("select count(*) from pg_stat_activity where datname = 'sleepers'"), 1, 8);
        var pool = host.Services.GetRequiredService<IJobStore>().Pool!;
        Assert.InRange(pool.Total, 1, 8);

        go.SetResult();
        await host.StopAsync(Ct);
    }

    [Fact]
    public async Task A_worker_that_loses_the_database_stops_its_handlers_and_goes_on_under_another_number_when_it_is_back()
    {
        var database = await server.MakeAsync("outage");
        var (begun, stopped, again) = (Point(), Point(), Point());
        using var host = await StartAsync(
            database,
            async (job, token) =>
            {
                if (job.Attempt > 1)
                {
                    again.SetResult();
                    return;
                }

                begun.SetResult();
                try
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
                }
                finally
                {
                    stopped.SetResult();
                }
            },
            options => (options.Worker.LeaseTtl, options.Worker.HeartbeatInterval) = (TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1)));
        var jobs = host.Services.GetRequiredService<IJobs>();
        var id = (await jobs.EnqueueAsync(new Sleep(1), cancellationToken: Ct)).Id;
        await begun.Task.WaitAsync(Patience, Ct);

        server.Crash();
        await stopped.Task.WaitAsync(Patience, Ct);   // while nobody could have taken its lease
        var away = await Assert.ThrowsAsync<PawlException>(async () => await jobs.EnqueueAsync(new Sleep(2), cancellationToken: Ct));
        Assert.StartsWith("storage_", away.Code, StringComparison.Ordinal);
        server.Restart();
        await again.Task.WaitAsync(Patience, Ct);

        var ended = await jobs.WaitAsync(id, Ct).WaitAsync(Patience, Ct);
        Assert.Equal((JobState.Succeeded, 2, 1), (ended.State, ended.Attempt, ended.Losses));
        Assert.Equal(2, await server.NumberAsync("select count(*) from pawl.worker", database));
        await host.StopAsync(Ct);
    }

    [Fact]
    public async Task A_program_starts_without_its_server_and_works_when_it_comes()
    {
        var database = await server.MakeAsync("late");
        using var lines = new Lines();
        server.Crash();
        IHost host;
        try
        {
            host = await StartAsync(database, (_, _) => Task.CompletedTask, lines: lines);
        }
        finally
        {
            server.Restart();
        }

        using (host)
        {
            await lines.Ready.Task.WaitAsync(Patience, Ct);
            var jobs = host.Services.GetRequiredService<IJobs>();
            var id = (await jobs.EnqueueAsync(new Sleep(1), cancellationToken: Ct)).Id;

            Assert.Equal(JobState.Succeeded, (await jobs.WaitAsync(id, Ct).WaitAsync(Patience, Ct)).State);
            await host.StopAsync(Ct);
        }
    }

    private static TaskCompletionSource Point() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static async Task<IHost> StartAsync(
        string database,
        Func<JobContext, CancellationToken, Task> does,
        Action<PawlOptions>? options = null,
        Action<PostgresOptions>? postgres = null,
        Lines? lines = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        if (lines is not null)
        {
            builder.Logging.AddProvider(lines);
        }

        builder.Services.AddSingleton(does);
        builder.Services.AddPawl(options).UsePostgres(database, postgres).AddHandler<SleepHandler, Sleep>();
        var host = builder.Build();
        await host.StartAsync(Ct);
        return host;
    }

    [Job("sleep")]
    private sealed record Sleep(int Number);

    private sealed class SleepHandler(Func<JobContext, CancellationToken, Task> does) : IJobHandler<Sleep>
    {
        public Task HandleAsync(Sleep payload, JobContext job, CancellationToken cancellationToken) => does(job, cancellationToken);
    }

    /// <summary>Listens for the line that says that the engine works.</summary>
    private sealed class Lines : ILoggerProvider, ILogger
    {
        public TaskCompletionSource Ready { get; } = Point();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Id == 1100)
            {
                Ready.TrySetResult();
            }
        }

        public void Dispose()
        {
        }
    }
}
