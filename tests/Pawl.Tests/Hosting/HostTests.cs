using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pawl.Sqlite;
using Pawl.Storage;
using Pawl.Tests.Running;

namespace Pawl.Tests.Hosting;

/// <summary>A host as a user builds it: the system's clock, a file, the heartbeat's own thread.</summary>
public sealed class HostTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_host_on_a_file_runs_jobs_cancels_one_and_stops_in_good_order()
    {
        using var folder = new TempFolder();
        var begun = Stage.Point();
        await using var host = new Program(folder["jobs.db"], async (say, _, token) =>
        {
            if (say.Word == "long")
            {
                begun.SetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            }
        });
        await host.StartAsync();
        var quick = await host.Jobs.EnqueueManyAsync(Enumerable.Range(0, 500).Select(i => new Say($"{i}")), cancellationToken: Token);
        var slow = await host.Jobs.EnqueueAsync(new Say("long"), cancellationToken: Token);

        foreach (var one in quick)
        {
            Assert.Equal(JobState.Succeeded, (await host.Jobs.WaitAsync(one.Id, Token)).State);
        }

        await begun.PassedAsync();
        await host.Jobs.CancelAsync(slow.Id, cancellationToken: Token);
        Assert.Equal(JobState.Cancelled, (await host.Jobs.WaitAsync(slow.Id, Token)).State);

        await host.StopAsync();
        Assert.True(Assert.Single(await host.Store.WorkersAsync(Token)).Gone);
    }

    [Fact]
    public async Task A_host_without_a_worker_still_creates_jobs()
    {
        using var folder = new TempFolder();
        await using var host = new Program(
            folder["jobs.db"], (_, _, _) => throw new InvalidOperationException("never"), options => options.Worker.Enabled = false);
        await host.StartAsync();
        var id = (await host.Jobs.EnqueueAsync(new Say(), cancellationToken: Token)).Id;
        await host.StopAsync();

        Assert.Equal((JobState.Queued, 0), ((await host.Jobs.GetAsync(id, Token)).State, (await host.Jobs.GetAsync(id, Token)).Attempt));
    }

    [Fact]
    public async Task A_host_that_may_not_migrate_starts_and_waits_for_its_tables_with_one_line()
    {
        using var folder = new TempFolder();
        var lines = new Lines();
        await using var host = new Program(
            folder["jobs.db"], (_, _, _) => Task.CompletedTask, options => options.Schema.Migrate = false, lines);
        await host.StartAsync();

        var refused = await Assert.ThrowsAsync<PawlException>(() => host.Jobs.EnqueueAsync(new Say(), cancellationToken: Token));
        Assert.Equal("waiting_for_schema", refused.Code);
        await host.StopAsync();
        Assert.Single(lines.Ids, 1101);
    }

    [Fact]
    public async Task A_type_registered_twice_fails_the_start()
    {
        using var folder = new TempFolder();
        await using var host = new Program(folder["jobs.db"], (_, _, _) => Task.CompletedTask, more: pawl => pawl.AddType<Say>());

        Assert.Equal("name_taken", (await Assert.ThrowsAsync<PawlException>(host.StartAsync)).Code);
    }

    [Fact]
    public async Task A_host_without_a_store_says_what_is_missing()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Services.AddPawl();
        using var host = builder.Build();

        var refused = await Assert.ThrowsAsync<PawlException>(() => host.StartAsync(Token));
        Assert.Equal(("config_invalid", 8), (refused.Code, refused.ExitCode));
        Assert.Contains("UseSqlite", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_observer_hears_of_each_failed_attempt()
    {
        using var folder = new TempFolder();
        var observer = new Observer();
        await using var host = new Program(
            folder["jobs.db"],
            (_, _, _) => throw new InvalidOperationException("broken"),
            more: pawl => pawl.Services.AddSingleton<IJobFailureObserver>(observer));
        await host.StartAsync();
        await host.Jobs.EnqueueAsync(new Say(), new() { Tags = new Dictionary<string, string> { ["repository"] = "a/b" } }, Token);

        var failure = await observer.Heard.PassedAsync();
        Assert.Equal(("test.say", 1, "a/b"), (failure.Type, failure.Attempt, failure.Tags!["repository"]));
        Assert.Equal((ErrorCategory.Internal, "broken"), (failure.Error.Category, failure.Exception!.Message));
        Assert.NotNull(failure.NextRunAt);
    }

    private sealed class Observer : IJobFailureObserver
    {
        public TaskCompletionSource<JobFailure> Heard { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ValueTask FailedAsync(JobFailure failure, CancellationToken cancellationToken)
        {
            Heard.TrySetResult(failure);
            return default;
        }
    }

    private sealed class Lines : ILoggerProvider, ILogger
    {
        public List<int> Ids { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (Ids)
            {
                Ids.Add(eventId.Id);
            }
        }

        public void Dispose()
        {
        }
    }

    private sealed class Program : IAsyncDisposable
    {
        private readonly IHost _host;

        public Program(
            string path,
            Func<Say, JobContext, CancellationToken, Task> does,
            Action<PawlOptions>? options = null,
            ILoggerProvider? log = null,
            Action<PawlBuilder>? more = null)
        {
            var builder = Host.CreateEmptyApplicationBuilder(new());
            builder.Services.AddSingleton(log ?? new TestLog(TestContext.Current.TestOutputHelper));
            builder.Services.AddSingleton(new Running.Script { Does = does });
            Store = SqliteStore.Open($"Data Source={path}");
            builder.Services.AddSingleton<IJobStore>(Store);
            var pawl = builder.Services.AddPawl(options);
            pawl.AddHandler<SayHandler, Say>();
            more?.Invoke(pawl);
            _host = builder.Build();
        }

        public SqliteStore Store { get; }

        public IJobs Jobs => _host.Services.GetRequiredService<IJobs>();

        public Task StartAsync() => _host.StartAsync(Token);

        public Task StopAsync() => _host.StopAsync(Token);

        public async ValueTask DisposeAsync()
        {
            await ((IAsyncDisposable)_host).DisposeAsync();
            await Store.DisposeAsync();
        }
    }
}
