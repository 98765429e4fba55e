using Pawl.Storage;

namespace Pawl.Postgres;

internal sealed partial class PostgresStore
{
    // One that is there already is locked and left as it is: who wants to remove it must wait, and then sees who needs it.
    private const string InsertBlob = """
        insert into pawl.artifact_blob (sha256, data) values ($1, $2)
        on conflict (sha256) do update set sha256 = excluded.sha256 where false
        """;

    private const string InsertArtifact = """
        insert into pawl.artifact (job_id, attempt, name, media_type, bytes, sha256, created_at) values ($1, $2, $3, $4, $5, $6, $7)
        """;

    private const string SelectArtifacts = """
        select id, job_id, attempt, name, media_type, bytes, sha256, created_at from pawl.artifact where job_id = $1 order by name, id
        """;

    private const string SelectArtifact = """
        select b.data
        from pawl.artifact a join pawl.artifact_blob b on b.sha256 = a.sha256
        where a.job_id = $1 and a.name = $2
        order by a.id desc limit 1
        """;

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Artifact>> ArtifactsAsync(JobId job, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<Artifact>>(
            async db => await db.Use(SelectArtifacts).Bind(job).ListAsync(static row => new Artifact(
                row.Long(0), new JobId(row.Long(1)), row.Int(2), row.Text(3), row.Text(4), row.Long(5), row.Text(6), row.Time(7)))
                .ConfigureAwait(false),
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> ArtifactAsync(JobId job, string name, CancellationToken cancellationToken) =>
        ReadAsync(
            db => db.Use(SelectArtifact).Bind(job).Bind(name).ValueAsync(static row => (ReadOnlyMemory<byte>)row.Bytes(0)),
            cancellationToken);

    private static void SaveArtifacts(Session db, AttemptSave save, long now)
    {
        var (job, attempt, _) = save.Lease;
        foreach (var artifact in save.Artifacts.OrderBy(artifact => artifact.Sha256, StringComparer.Ordinal))   // or two deadlock
        {
            db.Use(InsertBlob).Bind(artifact.Sha256).BindBlob(artifact.Bytes.Span).Later();
        }

        foreach (var artifact in save.Artifacts)
        {
            db.Use(InsertArtifact).Bind(job).Bind(attempt).Bind(artifact.Name).Bind(artifact.MediaType).Bind((long)artifact.Bytes.Length)
                .Bind(artifact.Sha256).Bind(now).Later();
        }
    }
}
