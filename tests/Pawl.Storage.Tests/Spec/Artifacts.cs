using System.Security.Cryptography;

namespace Pawl.Storage.Tests;

public abstract partial class JobStoreSpec
{
    [Fact]
    public async Task An_artifact_comes_back_byte_for_byte()
    {
        var job = await RunningAsync();
        var bytes = Enumerable.Range(0, 70_000).Select(n => (byte)(n * 7)).ToArray();

        await AttachAsync(job, Blob("deck.apkg", bytes, "application/zip"));

        var artifact = Assert.Single(await Store.ArtifactsAsync(job.Lease.Job, Ct));
        Assert.Equal((job.Lease.Job, 1), (artifact.JobId, artifact.Attempt));
        Assert.Equal(("deck.apkg", "application/zip"), (artifact.Name, artifact.MediaType));
        Assert.Equal((70_000, Hash(bytes), Now), (artifact.Bytes, artifact.Sha256, artifact.CreatedAt));
        Assert.Equal(bytes, (await Store.ArtifactAsync(job.Lease.Job, "deck.apkg", Ct))?.ToArray());
    }

    [Fact]
    public async Task Of_one_name_the_newest_is_given_and_all_are_listed()
    {
        var first = await RunningAsync();
        await AttachAsync(first, Blob("a.txt", Json("1")));
        await EndAsync(Release(first));
        await AttachAsync(await ClaimOneAsync(), Blob("a.txt", Json("2")), Blob("b.txt", Json("3")));

        Assert.Equal("2", Text(await Store.ArtifactAsync(first.Lease.Job, "a.txt", Ct) ?? default));
        var all = await Store.ArtifactsAsync(first.Lease.Job, Ct);
        Assert.Equal([("a.txt", 1), ("a.txt", 2), ("b.txt", 2)], all.Select(one => (one.Name, one.Attempt)).Order());
        Assert.Equal(3, all.Select(one => one.Id).Distinct().Count());
    }

    [Fact]
    public async Task An_artifact_that_is_not_there_is_none()
    {
        var job = await RunningAsync();

        Assert.Null(await Store.ArtifactAsync(job.Lease.Job, "a.txt", Ct));
        Assert.Null(await Store.ArtifactAsync(new JobId(987_654), "a.txt", Ct));
        Assert.Empty(await Store.ArtifactsAsync(new JobId(987_654), Ct));
    }

    [Fact]
    public async Task An_empty_artifact_is_one()
    {
        var job = await RunningAsync();
        await AttachAsync(job, Blob("empty", []));

        Assert.Equal(0, (await Store.ArtifactAsync(job.Lease.Job, "empty", Ct))?.Length);
    }

    [Fact]
    public async Task Equal_bytes_of_two_jobs_outlive_the_purge_of_one()
    {
        var (one, two) = (await RunningAsync(), await RunningAsync());
        await AttachAsync(one, Blob("a", Json("same")));
        await AttachAsync(two, Blob("b", Json("same")));
        await EndAsync(Success(one));

        await PurgeAsync(one.Lease.Job);

        Assert.Equal("same", Text(await Store.ArtifactAsync(two.Lease.Job, "b", Ct) ?? default));
        Assert.Null(await Store.ArtifactAsync(one.Lease.Job, "a", Ct));
    }

    protected static NewArtifact Blob(string name, byte[] bytes, string mediaType = "text/plain") =>
        new(name, mediaType, bytes, Hash(bytes));

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private async Task AttachAsync(Claimed job, params NewArtifact[] artifacts) =>
        Assert.Equal(Settled.Done, (await SaveAsync(new AttemptSave { Lease = job.Lease, Artifacts = artifacts })).What);
}
