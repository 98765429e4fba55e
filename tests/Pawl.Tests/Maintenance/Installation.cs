using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Logging;
using Pawl.Maintenance;
using Pawl.Sqlite;
using Pawl.Storage;
using Pawl.Testing;

namespace Pawl.Tests.Maintenance;

/// <summary>A real store in memory, on a clock that stands still, with workers and jobs that a test moves by hand.</summary>
internal sealed class Installation : IAsyncDisposable, ILogger
{
    private readonly ConcurrentQueue<string> _lines = new();
    private ulong _tokens;

    private Installation(SqliteStore store) => Store = store;

    public ManualClock Clock { get; } = new(Sample.Now);

    public SqliteStore Store { get; }

    /// <summary>What was logged, newest last.</summary>
    public IReadOnlyCollection<string> Lines => _lines;

    public static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static async Task<Installation> OpenAsync(bool migrate = true)
    {
        var store = SqliteStore.Open("Data Source=:memory:");
        await store.MigrateAsync(apply: migrate, Cancelled);
        return new Installation(store);
    }

    public static ChoreSettings Settings(params ChoreType[] types) => new() { Types = types.ToDictionary(type => type.Name) };

    public async Task<long> WorkerAsync(string name = "w") => await Store.RegisterAsync(
        new WorkerFacts { Name = name, Host = "h", Pid = 1, Version = "1", Slots = 500, Types = ["capture"], Queues = ["default"] },
        Clock.GetUtcNow(),
        Cancelled);

    public async Task BeatAsync(long worker, long beat) =>
        await Store.HeartbeatAsync(new HeartbeatRequest { WorkerId = worker, Beat = beat, Now = Clock.GetUtcNow() }, Cancelled);

    public async Task<JobId> EnqueueAsync(int priority = 0, TimeSpan? delay = null, IReadOnlyDictionary<string, string>? versions = null)
    {
        var job = new NewJob
        {
            Type = "capture",
            Queue = "default",
            Payload = Encoding.UTF8.GetBytes("{}"),
            Priority = priority,
            RunAt = Clock.GetUtcNow() + delay,
            Versions = versions,
        };
        var reply = await Store.EnqueueAsync(new EnqueueRequest([job], Clock.GetUtcNow()), Cancelled);
        return reply.Jobs[0].Id;
    }

    public async Task<IReadOnlyList<Claimed>> ClaimAsync(long worker, int slots = 1)
    {
        var request = new ClaimRequest
        {
            WorkerId = worker,
            Token = new LeaseToken(7, ++_tokens),
            Now = Clock.GetUtcNow(),
            Lines = [new ClaimLine("default", "capture", slots)],
            Slots = slots,
        };
        return await Store.ClaimAsync(request, Cancelled);
    }

    public async Task FailAsync(Claimed claimed, ErrorCategory category = ErrorCategory.Network, string? code = null)
    {
        var end = new Settlement
        {
            Lease = claimed.Lease,
            Outcome = Outcome.Failed,
            Event = JobEvent.FailedForGood,
            Error = Sample.Failed(category, code).Error,
            Run = TimeSpan.FromSeconds(1),
        };
        await Store.SettleAsync([end], Clock.GetUtcNow(), Cancelled);
    }

    /// <summary>A job that has failed for good.</summary>
    public async Task<JobId> FailedAsync(long worker, ErrorCategory category = ErrorCategory.Network, string? code = null, int priority = 0)
    {
        var id = await EnqueueAsync(priority);
        await FailAsync((await ClaimAsync(worker)).Single(), category, code);
        return id;
    }

    public async Task SaveProgressAsync(Claimed claimed, long done) => await Store.SaveAsync(
        [new AttemptSave { Lease = claimed.Lease, Progress = new JobProgress { Done = done, UpdatedAt = Clock.GetUtcNow() } }],
        Clock.GetUtcNow(),
        Cancelled);

    public async Task<Job> JobAsync(JobId id) => (await Store.GetAsync([id], Cancelled)).Single();

    public async Task<IReadOnlyList<EventRecord>> EventsAsync(EventKind kind) =>
        [.. (await Store.EventsAsync(new EventQuery(Limit: 10_000), Cancelled)).Where(one => one.Kind == kind)];

    public async Task<JobAttempt> LastAttemptAsync(JobId id) => (await Store.AttemptsAsync(id, Cancelled))[0];

    /// <summary>A leader that leads.</summary>
    public async Task<Leader> LeaderAsync(ChoreSettings settings, long worker)
    {
        var leader = new Leader(Store, settings, () => worker, Clock, this);
        await leader.StepAsync(Cancelled);
        Assert.NotNull(leader.Term);
        return leader;
    }

    public async ValueTask DisposeAsync() => await Store.DisposeAsync();

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue($"{eventId.Id} {formatter(state, exception)}");
}
