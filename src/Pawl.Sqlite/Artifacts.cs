using Pawl.Storage;

namespace Pawl.Sqlite;

internal sealed partial class SqliteStore
{
    private const string InsertBlob = "insert into artifact_blob (sha256, data) values (@sha256, @data) on conflict do nothing";
    private const string InsertArtifact = """
        insert into artifact (job_id, attempt, name, media_type, bytes, sha256, created_at)
        values (@job, @attempt, @name, @media_type, @bytes, @sha256, @now)
        """;

    private const string SelectArtifacts = """
        select id, job_id, attempt, name, media_type, bytes, sha256, created_at from artifact where job_id = @job order by name, id
        """;

    private const string SelectArtifact = """
        select b.data
        from artifact a join artifact_blob b on b.sha256 = a.sha256
        where a.job_id = @job and a.name = @name
        order by a.id desc limit 1
        """;

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Artifact>> ArtifactsAsync(JobId job, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<Artifact>>(
            db =>
            {
                var artifacts = new List<Artifact>();
                for (var row = db.Use(SelectArtifacts).Bind(job); row.Step();)
                {
                    artifacts.Add(new Artifact(
                        row.Long(0), new JobId(row.Long(1)), row.Int(2), row.Text(3), row.Text(4), row.Long(5), row.Text(6), row.Time(7)));
                }

                return artifacts;
            },
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> ArtifactAsync(JobId job, string name, CancellationToken cancellationToken) =>
        ReadAsync<ReadOnlyMemory<byte>?>(
            db =>
            {
                var row = db.Use(SelectArtifact).Bind(job).Bind(name);
                var bytes = row.Step() ? row.BytesOrNull(0) : null;
                row.Reset();
                return bytes;
            },
            cancellationToken);

    private static void SaveArtifacts(Connection db, AttemptSave save, long now)
    {
        var (job, attempt, _) = save.Lease;
        foreach (var artifact in save.Artifacts)
        {
            db.Use(InsertBlob).Bind(artifact.Sha256).BindBlob(artifact.Bytes.Span).Run();
            db.Use(InsertArtifact).Bind(job).Bind(attempt).Bind(artifact.Name).Bind(artifact.MediaType).Bind((long)artifact.Bytes.Length)
                .Bind(artifact.Sha256).Bind(now).Run();
        }
    }
}
