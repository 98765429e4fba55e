namespace TestKit;

/// <summary>A new folder of its own for one test, deleted with everything in it on dispose.</summary>
/// <remarks>On Windows an open file cannot be deleted: dispose what holds files in it first, and clear SQLite's pools.</remarks>
internal sealed class TempFolder : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public TempFolder() => FullPath = Directory.CreateTempSubdirectory("pawl-").FullName;

    private TempFolder(string path) => FullPath = path;

    public string FullPath { get; }

    /// <summary>A folder for files that need not outlive the machine: in its memory where it offers that (Linux), else on its
    /// disk.</summary>
    /// <remarks>A file means the same to its program there; only a flush costs nothing. Where flushes are the subject, use the
    /// disk.</remarks>
    public static TempFolder InMemory()
    {
        const string Memory = "/dev/shm";
        return Directory.Exists(Memory)
            ? new(Directory.CreateDirectory(Path.Combine(Memory, "pawl-" + Path.GetRandomFileName())).FullName)
            : new();
    }

    /// <summary>The path of a file in it; the file need not exist.</summary>
    public string this[string name] => Path.Combine(FullPath, name);

    public void Dispose()
    {
        // A process that a test has killed may still have a child that writes here, and a file come or go between the look and the end.
        if (!SpinWait.SpinUntil(IsDeleted, Patience))
        {
            Delete();
        }
    }

    private bool IsDeleted()
    {
        try
        {
            Delete();
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException && Directory.Exists(FullPath))
        {
            return false;
        }
    }

    private void Delete()
    {
        // Git marks its objects read-only, and Windows deletes no read-only file.
        foreach (var file in new DirectoryInfo(FullPath).EnumerateFiles("*", SearchOption.AllDirectories))
        {
            if (file.LinkTarget is null && file.IsReadOnly)
            {
                file.IsReadOnly = false;
            }
        }

        Directory.Delete(FullPath, recursive: true);
    }
}
