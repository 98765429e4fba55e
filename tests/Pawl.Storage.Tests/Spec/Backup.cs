namespace Pawl.Storage.Tests;

public abstract partial class JobStoreSpec
{
    [Fact]
    public async Task A_backup_never_overwrites()
    {
        using var folder = new TempFolder();
        var path = folder["copy"];
        await File.WriteAllTextAsync(path, "precious", Ct);

        var refused = await Assert.ThrowsAsync<PawlException>(async () => await Store.BackupAsync(path, Ct));

        Assert.Equal("storage_path", refused.Code);
        Assert.Equal("precious", await File.ReadAllTextAsync(path, Ct));
    }

    [Fact]
    public async Task A_backup_leaves_the_store_at_work()
    {
        using var folder = new TempFolder();
        var running = await RunningAsync();

        await Store.BackupAsync(folder["copy"], Ct);

        Assert.Equal(JobState.Succeeded, (await EndAsync(Success(running))).State);
        Assert.True(File.Exists(folder["copy"]) || Directory.Exists(folder["copy"]));
    }
}
