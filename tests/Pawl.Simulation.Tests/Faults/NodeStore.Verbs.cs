using System.Data.Common;
using Pawl.Storage;

namespace Pawl.Simulation.Tests.Faults;

/// <summary>The verbs of which the referee knows nothing.</summary>
internal sealed partial class NodeStore
{
    public ValueTask<SchemaStatus> MigrateAsync(bool apply, CancellationToken cancellationToken) =>
        WriteAsync(() => _inner.MigrateAsync(apply, cancellationToken), cancellationToken);

    public ValueTask<EnqueueReply> EnqueueInAsync(
        EnqueueRequest request, DbTransaction transaction, CancellationToken cancellationToken) =>
        WriteAsync(() => _inner.EnqueueInAsync(request, transaction, cancellationToken), cancellationToken);

    public ValueTask<IReadOnlyList<JobId>> ReserveIdsAsync(int count, CancellationToken cancellationToken) =>
        WriteAsync(() => _inner.ReserveIdsAsync(count, cancellationToken), cancellationToken);

    public ValueTask<IReadOnlyList<Changed>> DismissAsync(DismissRequest request, CancellationToken cancellationToken) =>
        WriteAsync(() => _inner.DismissAsync(request, cancellationToken), cancellationToken);

    public ValueTask<IReadOnlyList<Changed>> ApproveAsync(ApproveRequest request, CancellationToken cancellationToken) =>
        WriteAsync(() => _inner.ApproveAsync(request, cancellationToken), cancellationToken);

    public ValueTask<IReadOnlyList<Changed>> PurgeAsync(PurgeRequest request, CancellationToken cancellationToken) =>
        WriteAsync(() => _inner.PurgeAsync(request, cancellationToken), cancellationToken);

    public ValueTask<RetainReply> RetainAsync(RetainRequest request, CancellationToken cancellationToken) =>
        WriteAsync(() => _inner.RetainAsync(request, cancellationToken), cancellationToken);

    public ValueTask PauseAsync(PauseRequest request, CancellationToken cancellationToken) =>
        WriteAsync(() => _inner.PauseAsync(request, cancellationToken), cancellationToken);

    public ValueTask LimitAsync(LimitRequest request, CancellationToken cancellationToken) =>
        WriteAsync(() => _inner.LimitAsync(request, cancellationToken), cancellationToken);

    public ValueTask<SetQueueReply> SetQueueAsync(SetQueueRequest request, CancellationToken cancellationToken) =>
        WriteAsync(() => _inner.SetQueueAsync(request, cancellationToken), cancellationToken);

    public ValueTask<IReadOnlyList<QueueRow>> QueuesAsync(CancellationToken cancellationToken) =>
        ReadAsync(() => _inner.QueuesAsync(cancellationToken), cancellationToken);

    public ValueTask<IReadOnlyList<PauseRow>> PausesAsync(CancellationToken cancellationToken) =>
        ReadAsync(() => _inner.PausesAsync(cancellationToken), cancellationToken);

    public ValueTask<bool> DrainAsync(DrainRequest request, CancellationToken cancellationToken) =>
        WriteAsync(() => _inner.DrainAsync(request, cancellationToken), cancellationToken);

    public ValueTask<ApiKey?> AddApiKeyAsync(AddApiKeyRequest request, CancellationToken cancellationToken) =>
        WriteAsync(() => _inner.AddApiKeyAsync(request, cancellationToken), cancellationToken);

    public ValueTask<IReadOnlyList<ApiKey>> ApiKeysAsync(CancellationToken cancellationToken) =>
        ReadAsync(() => _inner.ApiKeysAsync(cancellationToken), cancellationToken);

    public ValueTask<ApiKey?> FindApiKeyAsync(ReadOnlyMemory<byte> hash, DateTimeOffset now, CancellationToken cancellationToken) =>
        ReadAsync(() => _inner.FindApiKeyAsync(hash, now, cancellationToken), cancellationToken);

    public ValueTask<string?> RemoveApiKeyAsync(RemoveApiKeyRequest request, CancellationToken cancellationToken) =>
        WriteAsync(() => _inner.RemoveApiKeyAsync(request, cancellationToken), cancellationToken);

    public ValueTask TouchApiKeysAsync(IReadOnlyDictionary<long, DateTimeOffset> used, CancellationToken cancellationToken) =>
        WriteAsync(() => _inner.TouchApiKeysAsync(used, cancellationToken), cancellationToken);

    public ValueTask KeepSignInAsync(KeepSignInRequest request, CancellationToken cancellationToken) =>
        WriteAsync(() => _inner.KeepSignInAsync(request, cancellationToken), cancellationToken);

    public ValueTask<SignIn?> FindSignInAsync(
         SignInKind kind, ReadOnlyMemory<byte> hash, DateTimeOffset now, CancellationToken cancellationToken) =>
        ReadAsync(() => _inner.FindSignInAsync(kind, hash, now, cancellationToken), cancellationToken);

    public ValueTask<SignIn?> TakeSignInAsync(
         SignInKind kind, ReadOnlyMemory<byte> hash, DateTimeOffset now, CancellationToken cancellationToken) =>
        WriteAsync(() => _inner.TakeSignInAsync(kind, hash, now, cancellationToken), cancellationToken);

    public ValueTask AuditAsync(IReadOnlyList<AuditNote> notes, DateTimeOffset now, CancellationToken cancellationToken) =>
        WriteAsync(() => _inner.AuditAsync(notes, now, cancellationToken), cancellationToken);

    public ValueTask<IReadOnlyList<AuditEntry>> AuditEntriesAsync(AuditQuery query, CancellationToken cancellationToken) =>
        ReadAsync(() => _inner.AuditEntriesAsync(query, cancellationToken), cancellationToken);

    public ValueTask<AuditVerdict> VerifyAuditAsync(CancellationToken cancellationToken) =>
        ReadAsync(() => _inner.VerifyAuditAsync(cancellationToken), cancellationToken);

    public ValueTask<ReplayReply> BeginReplayAsync(ReplayRequest request, CancellationToken cancellationToken) =>
        WriteAsync(() => _inner.BeginReplayAsync(request, cancellationToken), cancellationToken);

    public ValueTask<bool> EndReplayAsync(ReplayEnd end, CancellationToken cancellationToken) =>
        WriteAsync(() => _inner.EndReplayAsync(end, cancellationToken), cancellationToken);

    public ValueTask RecordAsync(IReadOnlyList<Fact> facts, DateTimeOffset now, CancellationToken cancellationToken) =>
        WriteAsync(() => _inner.RecordAsync(facts, now, cancellationToken), cancellationToken);

    public ValueTask<IReadOnlyList<Job>> GetAsync(IReadOnlyList<JobId> ids, CancellationToken cancellationToken) =>
        ReadAsync(() => _inner.GetAsync(ids, cancellationToken), cancellationToken);

    public ValueTask<JobPage> ListAsync(JobQuery query, CancellationToken cancellationToken) =>
        ReadAsync(() => _inner.ListAsync(query, cancellationToken), cancellationToken);

    public ValueTask<JobTally> CountAsync(JobQuery query, CancellationToken cancellationToken) =>
        ReadAsync(() => _inner.CountAsync(query, cancellationToken), cancellationToken);

    public ValueTask<WhyFacts?> WhyAsync(JobId job, CancellationToken cancellationToken) =>
        ReadAsync(() => _inner.WhyAsync(job, cancellationToken), cancellationToken);

    public ValueTask<BulkOperation> MakeBulkAsync(NewBulk bulk, CancellationToken cancellationToken) =>
        WriteAsync(() => _inner.MakeBulkAsync(bulk, cancellationToken), cancellationToken);

    public ValueTask<BulkOperation?> AdvanceBulkAsync(BulkSlice slice, CancellationToken cancellationToken) =>
        WriteAsync(() => _inner.AdvanceBulkAsync(slice, cancellationToken), cancellationToken);

    public ValueTask<BulkOperation?> CancelBulkAsync(long id, string? by, DateTimeOffset now, CancellationToken cancellationToken) =>
        WriteAsync(() => _inner.CancelBulkAsync(id, by, now, cancellationToken), cancellationToken);

    public ValueTask<BulkOperation?> BulkAsync(long id, CancellationToken cancellationToken) =>
        ReadAsync(() => _inner.BulkAsync(id, cancellationToken), cancellationToken);

    public ValueTask<IReadOnlyList<BulkOperation>> BulksAsync(BulkQuery query, CancellationToken cancellationToken) =>
        ReadAsync(() => _inner.BulksAsync(query, cancellationToken), cancellationToken);

    public ValueTask<JobTree?> TreeAsync(JobId root, CancellationToken cancellationToken) =>
        ReadAsync(() => _inner.TreeAsync(root, cancellationToken), cancellationToken);

    public ValueTask<IReadOnlyList<JobAttempt>> AttemptsAsync(JobId job, CancellationToken cancellationToken) =>
        ReadAsync(() => _inner.AttemptsAsync(job, cancellationToken), cancellationToken);

    public ValueTask<IReadOnlyList<EventRecord>> EventsAsync(EventQuery query, CancellationToken cancellationToken) =>
        ReadAsync(() => _inner.EventsAsync(query, cancellationToken), cancellationToken);

    public ValueTask<LogPage> LogAsync(LogQuery query, CancellationToken cancellationToken) =>
        ReadAsync(() => _inner.LogAsync(query, cancellationToken), cancellationToken);

    public ValueTask<IReadOnlyList<Artifact>> ArtifactsAsync(JobId job, CancellationToken cancellationToken) =>
        ReadAsync(() => _inner.ArtifactsAsync(job, cancellationToken), cancellationToken);

    public ValueTask<ReadOnlyMemory<byte>?> ArtifactAsync(JobId job, string name, CancellationToken cancellationToken) =>
        ReadAsync(() => _inner.ArtifactAsync(job, name, cancellationToken), cancellationToken);

    public ValueTask<IReadOnlyList<ItemRow?>> ItemsAsync(
        string dataset, IReadOnlyList<string> keys, CancellationToken cancellationToken) =>
        ReadAsync(() => _inner.ItemsAsync(dataset, keys, cancellationToken), cancellationToken);

    public ValueTask<IReadOnlyList<ItemRun>> ItemRunsAsync(ItemRunQuery query, CancellationToken cancellationToken) =>
        ReadAsync(() => _inner.ItemRunsAsync(query, cancellationToken), cancellationToken);

    public ValueTask<IReadOnlyList<ItemRow>> LedgerAsync(LedgerQuery query, CancellationToken cancellationToken) =>
        ReadAsync(() => _inner.LedgerAsync(query, cancellationToken), cancellationToken);

    public ValueTask<IReadOnlyList<DatasetRow>> DatasetsAsync(CancellationToken cancellationToken) =>
        ReadAsync(() => _inner.DatasetsAsync(cancellationToken), cancellationToken);

    public ValueTask<IReadOnlyList<KnownType>> TypesAsync(DateTimeOffset since, CancellationToken cancellationToken) =>
        ReadAsync(() => _inner.TypesAsync(since, cancellationToken), cancellationToken);

    public ValueTask<IReadOnlyList<DepthRow>> DepthAsync(CancellationToken cancellationToken) =>
        ReadAsync(() => _inner.DepthAsync(cancellationToken), cancellationToken);

    public ValueTask<bool> KeepDepthAsync(KeepDepthRequest request, CancellationToken cancellationToken) =>
        WriteAsync(() => _inner.KeepDepthAsync(request, cancellationToken), cancellationToken);

    public ValueTask<IReadOnlyList<DepthSample>> DepthsAsync(RollupQuery query, CancellationToken cancellationToken) =>
        ReadAsync(() => _inner.DepthsAsync(query, cancellationToken), cancellationToken);

    public ValueTask<IReadOnlyList<WorkerRow>> WorkersAsync(CancellationToken cancellationToken) =>
        ReadAsync(() => _inner.WorkersAsync(cancellationToken), cancellationToken);

    public ValueTask<IReadOnlyList<LineFacts>> LinesAsync(CancellationToken cancellationToken) =>
        ReadAsync(() => _inner.LinesAsync(cancellationToken), cancellationToken);

    public ValueTask<IReadOnlyList<MinuteFacts>> MinutesAsync(DateTimeOffset since, CancellationToken cancellationToken) =>
        ReadAsync(() => _inner.MinutesAsync(since, cancellationToken), cancellationToken);

    public ValueTask<IReadOnlyList<Rollup>> RollupsAsync(RollupQuery query, CancellationToken cancellationToken) =>
        ReadAsync(() => _inner.RollupsAsync(query, cancellationToken), cancellationToken);

    public ValueTask<IReadOnlyList<FailureRow>> FailuresAsync(FailureQuery query, CancellationToken cancellationToken) =>
        ReadAsync(() => _inner.FailuresAsync(query, cancellationToken), cancellationToken);

    public ValueTask BackupAsync(string path, CancellationToken cancellationToken) =>
        WriteAsync(() => _inner.BackupAsync(path, cancellationToken), cancellationToken);
}
