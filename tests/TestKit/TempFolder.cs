namespace TestKit;

/// <summary>A new folder of its own for one test, deleted with everything in it on dispose.</summary>
/// <remarks>On Windows an open file cannot be deleted: dispose what holds files in it first, and clear SQLite's pools.</remarks>
internal sealed class TempFolder : IDisposable
{
    public TempFolder() => FullPath = Directory.CreateTempSubdirectory("pawl-").FullName;

    public string FullPath { get; }

    /// <summary>The path of a file in it; the file need not exist.</summary>
    public string this[string name] => Path.Combine(FullPath, name);

    public void Dispose()
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
