using System.Globalization;

namespace Pawl.Cli.Hosting;

/// <summary>Finds out who listens on a port of this machine, where the system tells.</summary>
internal static class PortOwner
{
    private const string Listening = "0A";

    /// <summary>Such as <c>process 4711 (nginx)</c>; null when it is not known.</summary>
    public static string? Of(int port)
    {
        try
        {
            return OperatingSystem.IsLinux() ? Find(port) : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;   // the refusal matters more than the name
        }
    }

    private static string? Find(int port)
    {
        var inodes = ((string[])["/proc/net/tcp", "/proc/net/tcp6"])
            .Where(File.Exists)
            .SelectMany(file => File.ReadLines(file).Skip(1))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words.Length > 9 && words[3] == Listening
                && words[1].EndsWith(string.Create(CultureInfo.InvariantCulture, $":{port:X4}"), StringComparison.Ordinal))
            .Select(words => $"socket:[{words[9]}]")
            .ToHashSet(StringComparer.Ordinal);
        var process = inodes.Count == 0 ? null : Directory.EnumerateDirectories("/proc").FirstOrDefault(folder => Holds(folder, inodes));
        return process is null ? null : $"process {Path.GetFileName(process)} ({Name(process)})";
    }

    private static bool Holds(string process, HashSet<string> inodes)
    {
        try
        {
            return char.IsAsciiDigit(Path.GetFileName(process)[0])
                && Directory.EnumerateFileSystemEntries($"{process}/fd").Any(file => new FileInfo(file).LinkTarget is { } target
                    && inodes.Contains(target));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;   // another user's, or gone
        }
    }

    private static string Name(string process) => Escape.Line(File.ReadAllText($"{process}/comm").Trim());
}
