namespace Pawl.Declared;

/// <summary>The folder a command works in. Only what lies in it is taken as an artifact, and no link leads out.</summary>
internal sealed class WorkingFolder(string path)
{
    private readonly string _root = Real(path);

    /// <summary>Opens a plain file in the folder.</summary>
    /// <exception cref="PawlException"><c>path_invalid</c>.</exception>
    public FileStream Open(string name)
    {
        if (name.Length == 0 || name.Contains('\0', StringComparison.Ordinal))
        {
            throw Refused(name, "it is no path");
        }

        var full = Path.GetFullPath(name, path);
        if (!IsInside(full, path) && !IsInside(full, _root))
        {
            throw Refused(name, "it lies outside of the working folder");
        }

        return OperatingSystem.IsLinux() ? OpenOnLinux(name, full) : OpenElsewhere(name, full);
    }

    private FileStream OpenOnLinux(string name, string full)
    {
        var handle = Native.Open(full) ?? throw Refused(name, "it cannot be read");
        try
        {
            // Asked of what is open, not of the path: between two looks a path may become a link.
            var real = File.ResolveLinkTarget($"/proc/self/fd/{handle.DangerousGetHandle()}", returnFinalTarget: false)?.FullName;
            if (real is null || !IsInside(real, _root))
            {
                throw Refused(name, "it is a link that leads out of the working folder");
            }

            var stream = new FileStream(handle, FileAccess.Read);
            return stream.CanSeek ? stream : throw Refused(name, "it is no plain file");
        }
        catch (Exception fault)
        {
            handle.Dispose();
            throw fault is PawlException ? fault : Refused(name, "it is no plain file");
        }
    }

    private FileStream OpenElsewhere(string name, string full)
    {
        if (!File.Exists(full) || !IsInside(Real(full), _root))
        {
            throw Refused(name, "it is no file in the working folder, or a link that leads out of it");
        }

        return File.OpenRead(full);
    }

    private static bool IsInside(string full, string folder) => full.StartsWith(
        folder.EndsWith(Path.DirectorySeparatorChar) ? folder : folder + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    /// <summary>The path without any link in it.</summary>
    private static string Real(string path)
    {
        var real = Path.GetPathRoot(path) ?? "";
        foreach (var part in path[real.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            real = Path.Combine(real, part);
            FileSystemInfo info = Directory.Exists(real) ? new DirectoryInfo(real) : new FileInfo(real);
            real = info.LinkTarget is null ? real : info.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? real;
        }

        return real;
    }

    private static PawlException Refused(string name, string why) => new(
        "path_invalid", $"The file {Shown.Text(name)} is not taken as an artifact: {why}.");
}
