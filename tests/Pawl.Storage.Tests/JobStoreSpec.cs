using System.Text.Json;
using Pawl.Testing;

namespace Pawl.Storage.Tests;

/// <summary>What every store must do. A store inherits it, fills in <see cref="OpenAsync"/>, and adds nothing to a promise.</summary>
/// <remarks>One file of <c>Spec/</c> per verb, named like the stores' own files. No test asks which store it runs on.</remarks>
public abstract partial class JobStoreSpec : IAsyncLifetime
{
    /// <summary>Far from any bound, and with microseconds, so that a store that rounds them away is found out.</summary>
    private static readonly DateTimeOffset Start = new DateTimeOffset(2026, 3, 2, 10, 0, 0, TimeSpan.Zero).AddMicroseconds(123_456);

    private readonly ManualClock _clock = new(Start);
    private IJobStore? _store;
    private long _tokens;
    private long _term;
    private long _leader;

    /// <summary>The store under test, with every step of its schema applied.</summary>
    protected IJobStore Store => _store ?? throw new InvalidOperationException("The store opens in InitializeAsync.");

    protected ManualClock Clock => _clock;

    protected DateTimeOffset Now => _clock.GetUtcNow();

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>A job with nothing special about it.</summary>
    protected static NewJob Plain { get; } = new() { Type = "mail", Queue = "default", Payload = Json("""{"to":"a@example"}""") };

    /// <summary>Opens a store of its own on an empty database. A test may open several; who opens one disposes it.</summary>
    protected abstract ValueTask<IJobStore> OpenAsync(TimeProvider clock);

    public async ValueTask InitializeAsync()
    {
        _store = await OpenAsync(_clock);
        await _store.MigrateAsync(apply: true, Ct);
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_store is { } store)
        {
            await store.DisposeAsync();
        }
    }

    protected static byte[] Json(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    /// <summary>Every field as text: records with collections are not equal by value.</summary>
    protected static string Show<T>(T value) => JsonSerializer.Serialize(value);

    protected LeaseToken NextToken() => new(0x70617763, (ulong)Interlocked.Increment(ref _tokens));

    protected async Task<JobId> EnqueueAsync(NewJob? job = null) => Assert.Single(await EnqueueAllAsync(job ?? Plain)).Id;

    /// <summary>Stores jobs that must be accepted.</summary>
    protected async Task<IReadOnlyList<Enqueued>> EnqueueAllAsync(params IEnumerable<NewJob> jobs)
    {
        var reply = await Store.EnqueueAsync(new EnqueueRequest([.. jobs], Now), Ct);
        Assert.Null(reply.Refusal);
        return reply.Jobs;
    }

    /// <summary>Stores jobs that must be refused.</summary>
    protected async Task<EnqueueRefusal> RefusedAsync(params IEnumerable<NewJob> jobs)
    {
        var reply = await Store.EnqueueAsync(new EnqueueRequest([.. jobs], Now), Ct);
        Assert.Empty(reply.Jobs);
        Assert.NotNull(reply.Refusal);
        return reply.Refusal;
    }

    protected async Task<long> WorkerAsync(string name = "worker") =>
        await Store.RegisterAsync(Facts(name), Now, Ct);

    protected static WorkerFacts Facts(string name = "worker") => new()
    {
        Name = name,
        Host = "host",
        Pid = 4711,
        Version = "1.0",
        Slots = 8,
        Types = ["mail"],
        Queues = ["default"],
    };

    /// <summary>A wish for work from the plain line.</summary>
    protected ClaimRequest Ask(long worker, int slots = 1, params (string Queue, string Type)[] lines) => new()
    {
        WorkerId = worker,
        Token = NextToken(),
        Now = Now,
        Lines = [.. (lines.Length > 0 ? lines : [("default", "mail")]).Select(line => new ClaimLine(line.Queue, line.Type, 10_000))],
        Slots = slots,
    };

    protected async Task<IReadOnlyList<Claimed>> ClaimAsync(ClaimRequest request) => await Store.ClaimAsync(request, Ct);

    protected async Task<IReadOnlyList<Claimed>> ClaimAsync(long worker, int slots = 1) => await ClaimAsync(Ask(worker, slots));

    /// <summary>Takes the one job that can be had.</summary>
    protected async Task<Claimed> ClaimOneAsync(long? worker = null, string queue = "default", string type = "mail") =>
        Assert.Single(await ClaimAsync(Ask(worker ?? await WorkerAsync(), 1, (queue, type))));

    /// <summary>A job that runs, of a type of its own if need be, so that no other can be taken instead.</summary>
    protected async Task<Claimed> RunningAsync(NewJob? job = null, long? worker = null)
    {
        var wanted = job ?? Plain;
        var id = await EnqueueAsync(wanted);
        var claimed = await ClaimOneAsync(worker, wanted.Queue, wanted.Type);
        Assert.Equal(id, claimed.Lease.Job);
        return claimed;
    }

    /// <summary>Every job of the plain line that can be had now.</summary>
    protected async Task<IReadOnlyList<JobId>> DrainAsync(int slots = 1000) =>
        [.. (await ClaimAsync(await WorkerAsync(), slots)).Select(job => job.Lease.Job)];

    protected async Task<SettleReply> SettleAsync(Settlement settlement) =>
        Assert.Single(await Store.SettleAsync([settlement], Now, Ct));

    /// <summary>Ends an attempt, which must be accepted.</summary>
    protected async Task<Job> EndAsync(Settlement settlement)
    {
        Assert.Equal(Settled.Done, (await SettleAsync(settlement)).What);
        return await JobAsync(settlement.Lease.Job);
    }

    protected async Task<SaveReply> SaveAsync(AttemptSave save) => Assert.Single(await Store.SaveAsync([save], Now, Ct));

    protected static Settlement Success(Claimed job) => new()
    {
        Lease = job.Lease,
        Outcome = Outcome.Succeeded,
        Event = JobEvent.Completed,
        Run = TimeSpan.FromMilliseconds(1500),
    };

    protected Settlement Again(Claimed job, TimeSpan? delay = null) => new()
    {
        Lease = job.Lease,
        Outcome = Outcome.Failed,
        Event = JobEvent.RetryLater,
        RunAt = Now + (delay ?? TimeSpan.FromMinutes(1)),
        WaitReason = WaitReason.Retry,
        Error = Error(),
        Rule = "http.502",
    };

    protected Settlement Failure(
        Claimed job,
        ErrorCategory category = ErrorCategory.Network,
        Disposition disposition = Disposition.Retry) => new()
        {
            Lease = job.Lease,
            Outcome = Outcome.Failed,
            Event = JobEvent.FailedForGood,
            Error = Error(category, disposition),
            Rule = "budget",
        };

    protected Settlement Snooze(Claimed job, WaitReason why = WaitReason.Snooze, TimeSpan? delay = null) => new()
    {
        Lease = job.Lease,
        Outcome = Outcome.Snoozed,
        Event = JobEvent.Snoozed,
        RunAt = Now + (delay ?? TimeSpan.FromMinutes(1)),
        WaitReason = why,
    };

    protected static Settlement Release(Claimed job) => new()
    {
        Lease = job.Lease,
        Outcome = Outcome.Released,
        Event = JobEvent.Released,
    };

    protected static Settlement Stopped(Claimed job) => new()
    {
        Lease = job.Lease,
        Outcome = Outcome.Cancelled,
        Event = JobEvent.Stopped,
    };

    protected JobError Error(
        ErrorCategory category = ErrorCategory.Network,
        Disposition disposition = Disposition.Retry,
        string code = "http_502") => new()
        {
            Category = category,
            Code = code,
            Message = "bad gateway",
            Disposition = disposition,
            Rule = "http.502",
            Fingerprint = "9c1f0b7e",
            OccurredAt = Now,
        };

    protected async Task<Job> JobAsync(JobId id) => Assert.Single(await Store.GetAsync([id], Ct));

    protected async Task<JobState> StateAsync(JobId id) => (await JobAsync(id)).State;

    /// <summary>Where a job stands, and why it was stopped.</summary>
    protected async Task<(JobState State, EndReason? Why)> EndOfAsync(JobId id) =>
        await JobAsync(id) is var job ? (job.State, job.EndReason) : default;

    protected async Task<IReadOnlyList<JobAttempt>> AttemptsAsync(JobId id) => await Store.AttemptsAsync(id, Ct);

    protected async Task<IReadOnlyList<EventRecord>> EventsAsync(JobId? id = null) =>
        await Store.EventsAsync(new EventQuery(Limit: 10_000, Job: id), Ct);

    protected async Task<IReadOnlyList<EventKind>> KindsAsync(JobId id) => [.. (await EventsAsync(id)).Select(record => record.Kind)];

    protected async Task<LineFacts> LineAsync(string queue = "default", string type = "mail") =>
        Assert.Single(await Store.LinesAsync(Ct), line => line.Queue == queue && line.Type == type);

    protected static long Count(LineFacts line, JobState state) => line.Counts.GetValueOrDefault(state);

    /// <summary>All a reader can see of a job, as text: what a refused write must leave as it was.</summary>
    protected async Task<string> PhotoAsync(JobId id)
    {
        var log = await Store.LogAsync(new LogQuery(id), Ct);
        return string.Join(
            '\n',
            Show(await Store.GetAsync([id], Ct)),
            Show(await AttemptsAsync(id)),
            Show(log.Text),
            Show(await Store.ArtifactsAsync(id, Ct)),
            Show(await Store.ItemRunsAsync(new ItemRunQuery(id), Ct)),
            Show((await Store.ListAsync(new JobQuery { Parent = id, Limit = 1000 }, Ct)).Jobs),
            Show((await EventsAsync(id)).Where(record => record.Kind != EventKind.StaleWrite)));
    }

    /// <summary>The term of a leader who keeps to itself: what the chores must show.</summary>
    protected async Task<long> TermAsync()
    {
        if (_term == 0)
        {
            _leader = await WorkerAsync("leader");
            _term = (await TakeLeadAsync(_leader)).Term;
        }

        return _term;
    }

    /// <summary>Makes a worker the leader, as one does that saw the former one silent for the whole lease.</summary>
    protected async Task<LeadReply> TakeLeadAsync(long worker)
    {
        var seen = await Store.LeadAsync(new LeadRequest(worker), Ct);
        var taken = seen.Mine ? seen : await Store.LeadAsync(new LeadRequest(worker, (seen.Term, seen.Beat)), Ct);
        Assert.True(taken.Mine);
        return taken;
    }

    protected async Task<PromoteReply> PromoteAsync(int count = 1000)
    {
        var reply = await Store.PromoteAsync(new PromoteRequest(await TermAsync(), Now, count), Ct);
        Assert.True(reply.Accepted);
        return reply;
    }

    /// <summary>Lets a worker fall silent, the beat it was last seen at being the current one.</summary>
    protected async Task<LoseReply> LoseAsync(long worker, int cap = 3, int count = 1000)
    {
        var beat = (await WorkerRowAsync(worker)).Beat;
        var request = new LoseRequest
        {
            Term = await TermAsync(),
            WorkerId = worker,
            SeenBeat = beat,
            Now = Now,
            LossCap = cap,
            Count = count,
        };
        return await Store.LoseAsync(request, Ct);
    }

    protected async Task<WorkerRow> WorkerRowAsync(long worker) =>
        Assert.Single(await Store.WorkersAsync(Ct), row => row.Id == worker);

    protected async Task<HeartbeatReply> BeatAsync(long worker, long beat = 1, params Lease[] begun) =>
        await Store.HeartbeatAsync(new HeartbeatRequest { WorkerId = worker, Beat = beat, Now = Now, Begun = begun }, Ct);

    protected async Task<Changed> CancelAsync(JobId id, bool children = true)
    {
        var request = new CancelRequest { Ids = [id], Now = Now, By = "ann", Reason = "wrong", Children = children };
        return Assert.Single(await Store.CancelAsync(request, Ct));
    }

    protected async Task<Changed> RetryAsync(JobId id, bool force = false, bool fromStart = false, RecoveryMark? recovery = null)
    {
        var request = new RetryRequest { Ids = [id], Now = Now, By = "ann", Force = force, FromStart = fromStart, Recovery = recovery };
        return Assert.Single(await Store.RetryAsync(request, Ct));
    }

    protected async Task<Changed> EditAsync(EditRequest request) => Assert.Single(await Store.EditAsync(request, Ct));

    protected EditRequest Edit(JobId id) => new() { Ids = [id], Now = Now, By = "ann" };

    protected async Task<Changed> ApproveAsync(JobId id) =>
        Assert.Single(await Store.ApproveAsync(new ApproveRequest([id], Now, "ann"), Ct));

    protected async Task<Changed> DismissAsync(JobId id, bool dismiss = true) =>
        Assert.Single(await Store.DismissAsync(new DismissRequest([id], dismiss, Now, "ann", "known outage"), Ct));

    protected async Task<Changed> PurgeAsync(JobId id) => Assert.Single(await Store.PurgeAsync(new PurgeRequest([id], Now, "ann"), Ct));

    protected void Pass(TimeSpan time) => _clock.Advance(time);

    /// <summary>A job that has succeeded.</summary>
    protected async Task<JobId> SucceededAsync(NewJob? job = null)
    {
        var running = await RunningAsync(job);
        await EndAsync(Success(running));
        return running.Lease.Job;
    }

    /// <summary>A job that has failed for good, with an error that may be retried by hand.</summary>
    protected async Task<JobId> FailedAsync(NewJob? job = null, ErrorCategory category = ErrorCategory.Network)
    {
        var running = await RunningAsync(job);
        await EndAsync(Failure(running, category));
        return running.Lease.Job;
    }
}
