using System.Diagnostics.CodeAnalysis;

namespace Pawl.Declared;

/// <summary>The checkpoint to go on from, as a file that only this user can read, for as long as the command runs.</summary>
internal sealed class CheckpointFile : IDisposable
{
    private readonly DirectoryInfo _folder;

    private CheckpointFile(JobCheckpoint checkpoint)
    {
        _folder = Directory.CreateTempSubdirectory("pawl-");
        Path = System.IO.Path.Combine(_folder.FullName, "checkpoint.json");
        File.WriteAllBytes(Path, checkpoint.Data.Span);
    }

    public string Path { get; }

    /// <summary>Null when there is nothing to go on from.</summary>
    public static CheckpointFile? Of(JobCheckpoint? checkpoint) => checkpoint is null ? null : new(checkpoint);

    [SuppressMessage("Design", "CA1031", Justification = "A file that stays in the folder for temporary ones must not fail a job.")]
    public void Dispose()
    {
        try
        {
            _folder.Delete(recursive: true);
        }
        catch (Exception)
        {
            // The system clears that folder.
        }
    }
}
