using System.Diagnostics;

namespace Pawl.Chaos.Tests.Kill;

/// <summary>A small file system in memory, which a test can fill to the brim.</summary>
internal sealed class SmallDisk : IDisposable
{
    private const int Block = 4_096;

    private readonly TempFolder _folder = new();

    public SmallDisk(int megabytes) => Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m,mode=0700", "pawl-test", _folder.FullPath);

    private string Ballast => _folder["ballast"];

    public string this[string name] => _folder[name];

    /// <summary>Writes until there is no room left.</summary>
    public void Fill()
    {
        using var file = new FileStream(Ballast, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        var block = new byte[Block];
        try
        {
            while (true)
            {
                file.Write(block);
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }

    /// <summary>Takes away what filled it.</summary>
    public void Free() => File.Delete(Ballast);

    public void Dispose()
    {
        Run("umount", _folder.FullPath);
        _folder.Dispose();
    }

    private static void Run(string program, params string[] words)
    {
        using var process = Process.Start(new ProcessStartInfo(program, words) { RedirectStandardError = true })!;
        var said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', words)}: {said}");
    }
}
