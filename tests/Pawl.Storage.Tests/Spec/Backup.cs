namespace Pawl.Storage.Tests;

public abstract partial class JobStoreSpec
{
    /// <summary>The database's own tool for copies, which a refusal must name; null when the store writes them itself.</summary>
    protected virtual string? BackupTool => null;

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

        if (BackupTool is { } tool)
        {
            var refused = await Assert.ThrowsAsync<PawlException>(async () => await Store.BackupAsync(folder["copy"], Ct));
            Assert.Equal(("unsupported", 2), (refused.Code, refused.ExitCode));
            Assert.Contains(tool, refused.Message, StringComparison.Ordinal);
            Assert.Contains(folder["copy"], refused.Message, StringComparison.Ordinal);
        }
        else
        {
            await Store.BackupAsync(folder["copy"], Ct);
        }

        Assert.Equal(BackupTool is null, File.Exists(folder["copy"]));
        Assert.Equal(JobState.Succeeded, (await EndAsync(Success(running))).State);
    }
}
