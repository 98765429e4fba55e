using System.Data.Common;
using Pawl.Storage;

namespace Pawl.Tests.Running;

/// <summary>Brings faults between the engine and the real store: before a call, or after its commit.</summary>
internal sealed class FaultyStore(IJobStore inner) : IJobStore
{
    private readonly Lock _gate = new();
    private readonly List<Fault> _faults = [];
    private readonly Wakeups _silence = new();

    public StoreInfo Info => inner.Info;

    public Wakeups Wakeups => Deaf ? _silence : inner.Wakeups;

    /// <summary>Whether no call reaches the store.</summary>
    public bool Away { get; set; }

    /// <summary>Whether nobody hears of what was committed. To be set before the start.</summary>
    public bool Deaf { get; set; }

    /// <summary>The last claim that was asked for.</summary>
    public ClaimRequest? Claim { get; private set; }

    /// <summary>The last look for what is due.</summary>
    public PromoteRequest? Promote { get; private set; }

    /// <summary>How often each verb was called.</summary>
    public Dictionary<string, int> Calls { get; } = [];

    /// <summary>Why the last words of the next end are refused, whatever they are.</summary>
    public SaveReply? LastRefused { get; set; }

    /// <summary>What the next call of Save is answered, without a word to the store.</summary>
    public SaveReply? SaveAnswered { get; set; }

    /// <summary>Called with what breaks each sign of life off.</summary>
    public Action<CancellationToken> Beating { get; set; } = static _ => { };

    /// <summary>The leases that each sign of life told of as begun.</summary>
    public List<IReadOnlyList<Lease>> Begun { get; } = [];

    /// <summary>Lets the next calls of a verb fail before they reach the store.</summary>
    public void FailBefore(string verb, int times = 1, Exception? error = null) => Add(new(verb, times, false, error));

    /// <summary>Lets the next calls of a verb be committed and then fail: nobody hears of what was done.</summary>
    public void FailAfter(string verb, int times = 1) => Add(new(verb, times, true, null));

    /// <summary>Lets something happen between the next call of a verb and its answer.</summary>
    public void Meanwhile(string verb, Func<Task> happens) => Add(new(verb, 1, true, null) { Happens = happens });

    /// <summary>Ends all faults.</summary>
    public void Heal()
    {
        lock (_gate)
        {
            _faults.Clear();
        }
    }

    public ValueTask<SchemaStatus> MigrateAsync(bool apply, CancellationToken cancellationToken) =>
        RunAsync("Migrate", () => inner.MigrateAsync(apply, cancellationToken));

    public ValueTask<EnqueueReply> EnqueueAsync(EnqueueRequest request, CancellationToken cancellationToken) =>
        RunAsync("Enqueue", () => inner.EnqueueAsync(request, cancellationToken));

    public ValueTask<EnqueueReply> EnqueueInAsync(
        EnqueueRequest request, DbTransaction transaction, CancellationToken cancellationToken) =>
        RunAsync("EnqueueIn", () => inner.EnqueueInAsync(request, transaction, cancellationToken));

    public ValueTask<IReadOnlyList<JobId>> ReserveIdsAsync(int count, CancellationToken cancellationToken) =>
        RunAsync("ReserveIds", () => inner.ReserveIdsAsync(count, cancellationToken));

    public ValueTask<IReadOnlyList<Claimed>> ClaimAsync(ClaimRequest request, CancellationToken cancellationToken) =>
        RunAsync("Claim", () => inner.ClaimAsync(Claim = request, cancellationToken));

    public ValueTask<long> RegisterAsync(WorkerFacts worker, DateTimeOffset now, CancellationToken cancellationToken) =>
        RunAsync("Register", () => inner.RegisterAsync(worker, now, cancellationToken));

    public ValueTask<HeartbeatReply> HeartbeatAsync(HeartbeatRequest request, CancellationToken cancellationToken) =>
        RunAsync("Heartbeat", () =>
        {
            Begun.Add(request.Begun);
            Beating(cancellationToken);
            return inner.HeartbeatAsync(request, cancellationToken);
        });

    public ValueTask<IReadOnlyList<SaveReply>> SaveAsync(
        IReadOnlyList<AttemptSave> saves, DateTimeOffset now, CancellationToken cancellationToken) =>
        RunAsync("Save", () => SavedAsync(saves, now, cancellationToken));

    public ValueTask<IReadOnlyList<SettleReply>> SettleAsync(
        IReadOnlyList<Settlement> settlements, DateTimeOffset now, CancellationToken cancellationToken) =>
        RunAsync("Settle", () => SettledAsync(settlements, now, cancellationToken));

    public ValueTask<LoseReply> LoseAsync(LoseRequest request, CancellationToken cancellationToken) =>
        RunAsync("Lose", () => inner.LoseAsync(request, cancellationToken));

    public ValueTask<PromoteReply> PromoteAsync(PromoteRequest request, CancellationToken cancellationToken) =>
        RunAsync("Promote", () => inner.PromoteAsync(Promote = request, cancellationToken));

    public ValueTask<IReadOnlyList<Changed>> CancelAsync(CancelRequest request, CancellationToken cancellationToken) =>
        RunAsync("Cancel", () => inner.CancelAsync(request, cancellationToken));

    public ValueTask<IReadOnlyList<Changed>> RetryAsync(RetryRequest request, CancellationToken cancellationToken) =>
        RunAsync("Retry", () => inner.RetryAsync(request, cancellationToken));

    public ValueTask<IReadOnlyList<Changed>> EditAsync(EditRequest request, CancellationToken cancellationToken) =>
        RunAsync("Edit", () => inner.EditAsync(request, cancellationToken));

    public ValueTask<IReadOnlyList<Changed>> DismissAsync(DismissRequest request, CancellationToken cancellationToken) =>
        RunAsync("Dismiss", () => inner.DismissAsync(request, cancellationToken));

    public ValueTask<IReadOnlyList<Changed>> ApproveAsync(ApproveRequest request, CancellationToken cancellationToken) =>
        RunAsync("Approve", () => inner.ApproveAsync(request, cancellationToken));

    public ValueTask<IReadOnlyList<Changed>> PurgeAsync(PurgeRequest request, CancellationToken cancellationToken) =>
        RunAsync("Purge", () => inner.PurgeAsync(request, cancellationToken));

    public ValueTask<RetainReply> RetainAsync(RetainRequest request, CancellationToken cancellationToken) =>
        RunAsync("Retain", () => inner.RetainAsync(request, cancellationToken));

    public ValueTask PauseAsync(PauseRequest request, CancellationToken cancellationToken) =>
        RunAsync("Pause", () => inner.PauseAsync(request, cancellationToken));

    public ValueTask LimitAsync(LimitRequest request, CancellationToken cancellationToken) =>
        RunAsync("Limit", () => inner.LimitAsync(request, cancellationToken));

    public ValueTask<LeadReply> LeadAsync(LeadRequest request, CancellationToken cancellationToken) =>
        RunAsync("Lead", () => inner.LeadAsync(request, cancellationToken));

    public ValueTask RecordAsync(IReadOnlyList<Fact> facts, DateTimeOffset now, CancellationToken cancellationToken) =>
        RunAsync("Record", () => inner.RecordAsync(facts, now, cancellationToken));

    public ValueTask<IReadOnlyList<Job>> GetAsync(IReadOnlyList<JobId> ids, CancellationToken cancellationToken) =>
        RunAsync("Get", () => inner.GetAsync(ids, cancellationToken));

    public ValueTask<JobPage> ListAsync(JobQuery query, CancellationToken cancellationToken) =>
        RunAsync("List", () => inner.ListAsync(query, cancellationToken));

    public ValueTask<JobTally> CountAsync(JobQuery query, CancellationToken cancellationToken) =>
        RunAsync("Count", () => inner.CountAsync(query, cancellationToken));

    public ValueTask<WhyFacts?> WhyAsync(JobId job, CancellationToken cancellationToken) =>
        RunAsync("Why", () => inner.WhyAsync(job, cancellationToken));

    public ValueTask<BulkOperation> MakeBulkAsync(NewBulk bulk, CancellationToken cancellationToken) =>
        RunAsync("MakeBulk", () => inner.MakeBulkAsync(bulk, cancellationToken));

    public ValueTask<BulkOperation?> AdvanceBulkAsync(BulkSlice slice, CancellationToken cancellationToken) =>
        RunAsync("AdvanceBulk", () => inner.AdvanceBulkAsync(slice, cancellationToken));

    public ValueTask<BulkOperation?> CancelBulkAsync(long id, string? by, DateTimeOffset now, CancellationToken cancellationToken) =>
        RunAsync("CancelBulk", () => inner.CancelBulkAsync(id, by, now, cancellationToken));

    public ValueTask<BulkOperation?> BulkAsync(long id, CancellationToken cancellationToken) =>
        RunAsync("Bulk", () => inner.BulkAsync(id, cancellationToken));

    public ValueTask<IReadOnlyList<BulkOperation>> BulksAsync(BulkQuery query, CancellationToken cancellationToken) =>
        RunAsync("Bulks", () => inner.BulksAsync(query, cancellationToken));

    public ValueTask<JobTree?> TreeAsync(JobId root, CancellationToken cancellationToken) =>
        RunAsync("Tree", () => inner.TreeAsync(root, cancellationToken));

    public ValueTask<IReadOnlyList<JobAttempt>> AttemptsAsync(JobId job, CancellationToken cancellationToken) =>
        RunAsync("Attempts", () => inner.AttemptsAsync(job, cancellationToken));

    public ValueTask<IReadOnlyList<EventRecord>> EventsAsync(EventQuery query, CancellationToken cancellationToken) =>
        RunAsync("Events", () => inner.EventsAsync(query, cancellationToken));

    public ValueTask<LogPage> LogAsync(LogQuery query, CancellationToken cancellationToken) =>
        RunAsync("Log", () => inner.LogAsync(query, cancellationToken));

    public ValueTask<IReadOnlyList<Artifact>> ArtifactsAsync(JobId job, CancellationToken cancellationToken) =>
        RunAsync("Artifacts", () => inner.ArtifactsAsync(job, cancellationToken));

    public ValueTask<ReadOnlyMemory<byte>?> ArtifactAsync(JobId job, string name, CancellationToken cancellationToken) =>
        RunAsync("Artifact", () => inner.ArtifactAsync(job, name, cancellationToken));

    public ValueTask<IReadOnlyList<ItemRow?>> ItemsAsync(
        string dataset, IReadOnlyList<string> keys, CancellationToken cancellationToken) =>
        RunAsync("Items", () => inner.ItemsAsync(dataset, keys, cancellationToken));

    public ValueTask<IReadOnlyList<ItemRun>> ItemRunsAsync(ItemRunQuery query, CancellationToken cancellationToken) =>
        RunAsync("ItemRuns", () => inner.ItemRunsAsync(query, cancellationToken));

    public ValueTask<IReadOnlyList<WorkerRow>> WorkersAsync(CancellationToken cancellationToken) =>
        RunAsync("Workers", () => inner.WorkersAsync(cancellationToken));

    public ValueTask<IReadOnlyList<LineFacts>> LinesAsync(CancellationToken cancellationToken) =>
        RunAsync("Lines", () => inner.LinesAsync(cancellationToken));

    public ValueTask<IReadOnlyList<MinuteFacts>> MinutesAsync(DateTimeOffset since, CancellationToken cancellationToken) =>
        RunAsync("Minutes", () => inner.MinutesAsync(since, cancellationToken));

    public ValueTask BackupAsync(string path, CancellationToken cancellationToken) =>
        RunAsync("Backup", () => inner.BackupAsync(path, cancellationToken));

    public ValueTask<SetQueueReply> SetQueueAsync(SetQueueRequest request, CancellationToken cancellationToken) =>
        RunAsync("SetQueue", () => inner.SetQueueAsync(request, cancellationToken));

    public ValueTask<IReadOnlyList<QueueRow>> QueuesAsync(CancellationToken cancellationToken) =>
        RunAsync("Queues", () => inner.QueuesAsync(cancellationToken));

    public ValueTask<IReadOnlyList<PauseRow>> PausesAsync(CancellationToken cancellationToken) =>
        RunAsync("Pauses", () => inner.PausesAsync(cancellationToken));

    public ValueTask<bool> DrainAsync(DrainRequest request, CancellationToken cancellationToken) =>
        RunAsync("Drain", () => inner.DrainAsync(request, cancellationToken));

    public ValueTask<ApiKey?> AddApiKeyAsync(AddApiKeyRequest request, CancellationToken cancellationToken) =>
        RunAsync("AddApiKey", () => inner.AddApiKeyAsync(request, cancellationToken));

    public ValueTask<IReadOnlyList<ApiKey>> ApiKeysAsync(CancellationToken cancellationToken) =>
        RunAsync("ApiKeys", () => inner.ApiKeysAsync(cancellationToken));

    public ValueTask<ApiKey?> FindApiKeyAsync(ReadOnlyMemory<byte> hash, DateTimeOffset now, CancellationToken cancellationToken) =>
        RunAsync("FindApiKey", () => inner.FindApiKeyAsync(hash, now, cancellationToken));

    public ValueTask<string?> RemoveApiKeyAsync(RemoveApiKeyRequest request, CancellationToken cancellationToken) =>
        RunAsync("RemoveApiKey", () => inner.RemoveApiKeyAsync(request, cancellationToken));

    public ValueTask TouchApiKeysAsync(IReadOnlyDictionary<long, DateTimeOffset> used, CancellationToken cancellationToken) =>
        RunAsync("TouchApiKeys", () => inner.TouchApiKeysAsync(used, cancellationToken));

    public ValueTask KeepSignInAsync(KeepSignInRequest request, CancellationToken cancellationToken) =>
        RunAsync("KeepSignIn", () => inner.KeepSignInAsync(request, cancellationToken));

    public ValueTask<SignIn?> FindSignInAsync(
        SignInKind kind, ReadOnlyMemory<byte> hash, DateTimeOffset now, CancellationToken cancellationToken) =>
        RunAsync("FindSignIn", () => inner.FindSignInAsync(kind, hash, now, cancellationToken));

    public ValueTask<SignIn?> TakeSignInAsync(
        SignInKind kind, ReadOnlyMemory<byte> hash, DateTimeOffset now, CancellationToken cancellationToken) =>
        RunAsync("TakeSignIn", () => inner.TakeSignInAsync(kind, hash, now, cancellationToken));

    public ValueTask<bool> KeepDepthAsync(KeepDepthRequest request, CancellationToken cancellationToken) =>
        RunAsync("KeepDepth", () => inner.KeepDepthAsync(request, cancellationToken));

    public ValueTask<IReadOnlyList<DepthSample>> DepthsAsync(RollupQuery query, CancellationToken cancellationToken) =>
        RunAsync("Depths", () => inner.DepthsAsync(query, cancellationToken));

    public ValueTask AuditAsync(IReadOnlyList<AuditNote> notes, DateTimeOffset now, CancellationToken cancellationToken) =>
        RunAsync("Audit", () => inner.AuditAsync(notes, now, cancellationToken));

    public ValueTask<IReadOnlyList<AuditEntry>> AuditEntriesAsync(AuditQuery query, CancellationToken cancellationToken) =>
        RunAsync("AuditEntries", () => inner.AuditEntriesAsync(query, cancellationToken));

    public ValueTask<AuditVerdict> VerifyAuditAsync(CancellationToken cancellationToken) =>
        RunAsync("VerifyAudit", () => inner.VerifyAuditAsync(cancellationToken));

    public ValueTask<ReplayReply> BeginReplayAsync(ReplayRequest request, CancellationToken cancellationToken) =>
        RunAsync("BeginReplay", () => inner.BeginReplayAsync(request, cancellationToken));

    public ValueTask<bool> EndReplayAsync(ReplayEnd end, CancellationToken cancellationToken) =>
        RunAsync("EndReplay", () => inner.EndReplayAsync(end, cancellationToken));

    public ValueTask<IReadOnlyList<ItemRow>> LedgerAsync(LedgerQuery query, CancellationToken cancellationToken) =>
        RunAsync("Ledger", () => inner.LedgerAsync(query, cancellationToken));

    public ValueTask<IReadOnlyList<DatasetRow>> DatasetsAsync(CancellationToken cancellationToken) =>
        RunAsync("Datasets", () => inner.DatasetsAsync(cancellationToken));

    public ValueTask<IReadOnlyList<KnownType>> TypesAsync(DateTimeOffset since, CancellationToken cancellationToken) =>
        RunAsync("Types", () => inner.TypesAsync(since, cancellationToken));

    public ValueTask<IReadOnlyList<DepthRow>> DepthAsync(CancellationToken cancellationToken) =>
        RunAsync("Depth", () => inner.DepthAsync(cancellationToken));

    public ValueTask<IReadOnlyList<Rollup>> RollupsAsync(RollupQuery query, CancellationToken cancellationToken) =>
        RunAsync("Rollups", () => inner.RollupsAsync(query, cancellationToken));

    public ValueTask<IReadOnlyList<FailureRow>> FailuresAsync(FailureQuery query, CancellationToken cancellationToken) =>
        RunAsync("Failures", () => inner.FailuresAsync(query, cancellationToken));

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private async ValueTask<IReadOnlyList<SaveReply>> SavedAsync(
        IReadOnlyList<AttemptSave> saves, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var answered = SaveAnswered;
        SaveAnswered = null;
        return answered is null ? await inner.SaveAsync(saves, now, cancellationToken) : [.. saves.Select(_ => answered)];
    }

    private async ValueTask<IReadOnlyList<SettleReply>> SettledAsync(
        IReadOnlyList<Settlement> settlements, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var refused = LastRefused;
        LastRefused = null;
        return refused is null
            ? await inner.SettleAsync(settlements, now, cancellationToken)
            : [.. settlements.Select(end => new SettleReply(Settled.LastRefused, JobState.Running, end.Lease.Attempt, refused))];
    }

    private void Add(Fault fault)
    {
        lock (_gate)
        {
            _faults.Add(fault);
        }
    }

    private async ValueTask RunAsync(string verb, Func<ValueTask> call) => await RunAsync(verb, async () =>
    {
        await call();
        return 0;
    });

    private async ValueTask<T> RunAsync<T>(string verb, Func<ValueTask<T>> call)
    {
        Fault? fault;
        lock (_gate)
        {
            Calls[verb] = Calls.GetValueOrDefault(verb) + 1;
            fault = _faults.FirstOrDefault(one => one.Verb == verb && one.Times > 0);
            if (fault is not null)
            {
                fault.Times--;
            }
        }

        if (Away || fault is { After: false })
        {
            throw fault?.Error ?? new PawlException("storage_unavailable", "The store is away.");
        }

        var result = await call();
        if (fault is { Happens: { } happens })
        {
            await happens();
            return result;
        }

        return fault is null ? result : throw new PawlException("storage_unavailable", "The answer was lost.");
    }

    private sealed class Fault(string verb, int times, bool after, Exception? error)
    {
        public string Verb => verb;

        public int Times { get; set; } = times;

        public bool After => after;

        public Exception? Error => error;

        public Func<Task>? Happens { get; init; }
    }
}
