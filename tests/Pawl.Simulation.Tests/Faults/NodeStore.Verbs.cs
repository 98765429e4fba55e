using System.Data.Common;
using Pawl.Storage;

namespace Pawl.Simulation.Tests.Faults;

/// <summary>The verbs of which the referee knows nothing.</summary>
internal sealed partial class NodeStore
{
    public ValueTask<SchemaStatus> MigrateAsync(bool apply, CancellationToken cancellationToken) =>
        WriteAsync((store, token) => store.MigrateAsync(apply, token), cancellationToken);

    public ValueTask<EnqueueReply> EnqueueInAsync(
        EnqueueRequest request, DbTransaction transaction, CancellationToken cancellationToken) =>
        WriteAsync((store, token) => store.EnqueueInAsync(request, transaction, token), cancellationToken);

    public ValueTask<IReadOnlyList<JobId>> ReserveIdsAsync(int count, CancellationToken cancellationToken) =>
        WriteAsync((store, token) => store.ReserveIdsAsync(count, token), cancellationToken);

    public ValueTask<IReadOnlyList<Changed>> DismissAsync(DismissRequest request, CancellationToken cancellationToken) =>
        WriteAsync((store, token) => store.DismissAsync(request, token), cancellationToken);

    public ValueTask<IReadOnlyList<Changed>> ApproveAsync(ApproveRequest request, CancellationToken cancellationToken) =>
        WriteAsync((store, token) => store.ApproveAsync(request, token), cancellationToken);

    public ValueTask<IReadOnlyList<Changed>> PurgeAsync(PurgeRequest request, CancellationToken cancellationToken) =>
        WriteAsync((store, token) => store.PurgeAsync(request, token), cancellationToken);

    public ValueTask<RetainReply> RetainAsync(RetainRequest request, CancellationToken cancellationToken) =>
        WriteAsync((store, token) => store.RetainAsync(request, token), cancellationToken);

    public ValueTask PauseAsync(PauseRequest request, CancellationToken cancellationToken) =>
        WriteAsync((store, token) => store.PauseAsync(request, token), cancellationToken);

    public ValueTask LimitAsync(LimitRequest request, CancellationToken cancellationToken) =>
        WriteAsync((store, token) => store.LimitAsync(request, token), cancellationToken);

    public ValueTask<SetQueueReply> SetQueueAsync(SetQueueRequest request, CancellationToken cancellationToken) =>
        WriteAsync((store, token) => store.SetQueueAsync(request, token), cancellationToken);

    public ValueTask<IReadOnlyList<QueueRow>> QueuesAsync(CancellationToken cancellationToken) =>
        ReadAsync((store, token) => store.QueuesAsync(token), cancellationToken);

    public ValueTask<IReadOnlyList<PauseRow>> PausesAsync(CancellationToken cancellationToken) =>
        ReadAsync((store, token) => store.PausesAsync(token), cancellationToken);

    public ValueTask<bool> DrainAsync(DrainRequest request, CancellationToken cancellationToken) =>
        WriteAsync((store, token) => store.DrainAsync(request, token), cancellationToken);

    public ValueTask<ApiKey?> AddApiKeyAsync(AddApiKeyRequest request, CancellationToken cancellationToken) =>
        WriteAsync((store, token) => store.AddApiKeyAsync(request, token), cancellationToken);

    public ValueTask<IReadOnlyList<ApiKey>> ApiKeysAsync(CancellationToken cancellationToken) =>
        ReadAsync((store, token) => store.ApiKeysAsync(token), cancellationToken);

    public ValueTask<ApiKey?> FindApiKeyAsync(ReadOnlyMemory<byte> hash, DateTimeOffset now, CancellationToken cancellationToken) =>
        ReadAsync((store, token) => store.FindApiKeyAsync(hash, now, token), cancellationToken);

    public ValueTask<string?> RemoveApiKeyAsync(RemoveApiKeyRequest request, CancellationToken cancellationToken) =>
        WriteAsync((store, token) => store.RemoveApiKeyAsync(request, token), cancellationToken);

    public ValueTask TouchApiKeysAsync(IReadOnlyDictionary<long, DateTimeOffset> used, CancellationToken cancellationToken) =>
        WriteAsync((store, token) => store.TouchApiKeysAsync(used, token), cancellationToken);

    public ValueTask KeepSignInAsync(KeepSignInRequest request, CancellationToken cancellationToken) =>
        WriteAsync((store, token) => store.KeepSignInAsync(request, token), cancellationToken);

    public ValueTask<SignIn?> FindSignInAsync(
         SignInKind kind, ReadOnlyMemory<byte> hash, DateTimeOffset now, CancellationToken cancellationToken) =>
        ReadAsync((store, token) => store.FindSignInAsync(kind, hash, now, token), cancellationToken);

    public ValueTask<SignIn?> TakeSignInAsync(
         SignInKind kind, ReadOnlyMemory<byte> hash, DateTimeOffset now, CancellationToken cancellationToken) =>
        WriteAsync((store, token) => store.TakeSignInAsync(kind, hash, now, token), cancellationToken);

    public ValueTask AuditAsync(IReadOnlyList<AuditNote> notes, DateTimeOffset now, CancellationToken cancellationToken) =>
        WriteAsync((store, token) => store.AuditAsync(notes, now, token), cancellationToken);

    public ValueTask<IReadOnlyList<AuditEntry>> AuditEntriesAsync(AuditQuery query, CancellationToken cancellationToken) =>
        ReadAsync((store, token) => store.AuditEntriesAsync(query, token), cancellationToken);

    public ValueTask<AuditVerdict> VerifyAuditAsync(CancellationToken cancellationToken) =>
        ReadAsync((store, token) => store.VerifyAuditAsync(token), cancellationToken);

    public ValueTask<ReplayReply> BeginReplayAsync(ReplayRequest request, CancellationToken cancellationToken) =>
        WriteAsync((store, token) => store.BeginReplayAsync(request, token), cancellationToken);

    public ValueTask<bool> EndReplayAsync(ReplayEnd end, CancellationToken cancellationToken) =>
        WriteAsync((store, token) => store.EndReplayAsync(end, token), cancellationToken);

    public ValueTask RecordAsync(IReadOnlyList<Fact> facts, DateTimeOffset now, CancellationToken cancellationToken) =>
        WriteAsync((store, token) => store.RecordAsync(facts, now, token), cancellationToken);

    public ValueTask<IReadOnlyList<Job>> GetAsync(IReadOnlyList<JobId> ids, CancellationToken cancellationToken) =>
        ReadAsync((store, token) => store.GetAsync(ids, token), cancellationToken);

    public ValueTask<JobPage> ListAsync(JobQuery query, CancellationToken cancellationToken) =>
        ReadAsync((store, token) => store.ListAsync(query, token), cancellationToken);

    public ValueTask<JobTally> CountAsync(JobQuery query, CancellationToken cancellationToken) =>
        ReadAsync((store, token) => store.CountAsync(query, token), cancellationToken);

    public ValueTask<WhyFacts?> WhyAsync(JobId job, CancellationToken cancellationToken) =>
        ReadAsync((store, token) => store.WhyAsync(job, token), cancellationToken);

    public ValueTask<BulkOperation> MakeBulkAsync(NewBulk bulk, CancellationToken cancellationToken) =>
        WriteAsync((store, token) => store.MakeBulkAsync(bulk, token), cancellationToken);

    public ValueTask<BulkOperation?> AdvanceBulkAsync(BulkSlice slice, CancellationToken cancellationToken) =>
        WriteAsync((store, token) => store.AdvanceBulkAsync(slice, token), cancellationToken);

    public ValueTask<BulkOperation?> CancelBulkAsync(long id, string? by, DateTimeOffset now, CancellationToken cancellationToken) =>
        WriteAsync((store, token) => store.CancelBulkAsync(id, by, now, token), cancellationToken);

    public ValueTask<BulkOperation?> BulkAsync(long id, CancellationToken cancellationToken) =>
        ReadAsync((store, token) => store.BulkAsync(id, token), cancellationToken);

    public ValueTask<IReadOnlyList<BulkOperation>> BulksAsync(BulkQuery query, CancellationToken cancellationToken) =>
        ReadAsync((store, token) => store.BulksAsync(query, token), cancellationToken);

    public ValueTask<JobTree?> TreeAsync(JobId root, CancellationToken cancellationToken) =>
        ReadAsync((store, token) => store.TreeAsync(root, token), cancellationToken);

    public ValueTask<IReadOnlyList<JobAttempt>> AttemptsAsync(JobId job, CancellationToken cancellationToken) =>
        ReadAsync((store, token) => store.AttemptsAsync(job, token), cancellationToken);

    public ValueTask<IReadOnlyList<EventRecord>> EventsAsync(EventQuery query, CancellationToken cancellationToken) =>
        ReadAsync((store, token) => store.EventsAsync(query, token), cancellationToken);

    public ValueTask<LogPage> LogAsync(LogQuery query, CancellationToken cancellationToken) =>
        ReadAsync((store, token) => store.LogAsync(query, token), cancellationToken);

    public ValueTask<IReadOnlyList<Artifact>> ArtifactsAsync(JobId job, CancellationToken cancellationToken) =>
        ReadAsync((store, token) => store.ArtifactsAsync(job, token), cancellationToken);

    public ValueTask<ReadOnlyMemory<byte>?> ArtifactAsync(JobId job, string name, CancellationToken cancellationToken) =>
        ReadAsync((store, token) => store.ArtifactAsync(job, name, token), cancellationToken);

    public ValueTask<IReadOnlyList<ItemRow?>> ItemsAsync(
        string dataset, IReadOnlyList<string> keys, CancellationToken cancellationToken) =>
        ReadAsync((store, token) => store.ItemsAsync(dataset, keys, token), cancellationToken);

    public ValueTask<IReadOnlyList<ItemRun>> ItemRunsAsync(ItemRunQuery query, CancellationToken cancellationToken) =>
        ReadAsync((store, token) => store.ItemRunsAsync(query, token), cancellationToken);

    public ValueTask<IReadOnlyList<ItemRow>> LedgerAsync(LedgerQuery query, CancellationToken cancellationToken) =>
        ReadAsync((store, token) => store.LedgerAsync(query, token), cancellationToken);

    public ValueTask<IReadOnlyList<DatasetRow>> DatasetsAsync(CancellationToken cancellationToken) =>
        ReadAsync((store, token) => store.DatasetsAsync(token), cancellationToken);

    public ValueTask<IReadOnlyList<KnownType>> TypesAsync(DateTimeOffset since, CancellationToken cancellationToken) =>
        ReadAsync((store, token) => store.TypesAsync(since, token), cancellationToken);

    public ValueTask<IReadOnlyList<DepthRow>> DepthAsync(CancellationToken cancellationToken) =>
        ReadAsync((store, token) => store.DepthAsync(token), cancellationToken);

    public ValueTask<bool> KeepDepthAsync(KeepDepthRequest request, CancellationToken cancellationToken) =>
        WriteAsync((store, token) => store.KeepDepthAsync(request, token), cancellationToken);

    public ValueTask<IReadOnlyList<DepthSample>> DepthsAsync(RollupQuery query, CancellationToken cancellationToken) =>
        ReadAsync((store, token) => store.DepthsAsync(query, token), cancellationToken);

    public ValueTask<IReadOnlyList<WorkerRow>> WorkersAsync(CancellationToken cancellationToken) =>
        ReadAsync((store, token) => store.WorkersAsync(token), cancellationToken);

    public ValueTask<IReadOnlyList<LineFacts>> LinesAsync(CancellationToken cancellationToken) =>
        ReadAsync((store, token) => store.LinesAsync(token), cancellationToken);

    public ValueTask<IReadOnlyList<MinuteFacts>> MinutesAsync(DateTimeOffset since, CancellationToken cancellationToken) =>
        ReadAsync((store, token) => store.MinutesAsync(since, token), cancellationToken);

    public ValueTask<IReadOnlyList<Rollup>> RollupsAsync(RollupQuery query, CancellationToken cancellationToken) =>
        ReadAsync((store, token) => store.RollupsAsync(query, token), cancellationToken);

    public ValueTask<IReadOnlyList<FailureRow>> FailuresAsync(FailureQuery query, CancellationToken cancellationToken) =>
        ReadAsync((store, token) => store.FailuresAsync(query, token), cancellationToken);

    public ValueTask BackupAsync(string path, CancellationToken cancellationToken) =>
        WriteAsync((store, token) => store.BackupAsync(path, token), cancellationToken);
}
