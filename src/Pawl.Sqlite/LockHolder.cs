using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Pawl.Sqlite;

/// <summary>Finds out which process holds a file under another name than ours, beside which no process id of it stands.</summary>
internal static class LockHolder
{
    /// <summary>The process that holds the lock on the file itself; null where the system does not tell.</summary>
    public static string? Of(string file)
    {
        try
        {
            return OperatingSystem.IsLinux() ? Find(file) : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;   // the refusal matters more than the name
        }
    }

    private static string? Find(string file)
    {
        // .NET takes a shared lock with each open and would be refused once more: hence the plain call of the system.
        using var handle = new SafeFileHandle(Open(Encoding.UTF8.GetBytes($"{file}\0"), 0), ownsHandle: true);
        if (handle.IsInvalid)
        {
            return null;
        }

        var about = File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fdinfo/{handle.DangerousGetHandle()}"));
        var number = about.Select(line => line.Split(':')).FirstOrDefault(pair => pair[0] == "ino")?[1].Trim();
        var holders = File.ReadLines("/proc/locks")
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words is [_, "FLOCK", _, "WRITE", _, var place, ..] && place.EndsWith($":{number}", StringComparison.Ordinal))
            .Select(words => words[4])
            .Distinct()
            .ToList();

        // A file's number is one within its disk: two holders, and one of them is on another disk. 0 is a process we may not see.
        return number is not null && holders is [var pid] && pid[0] is >= '1' and <= '9' ? pid : null;
    }

    [DllImport("libc", EntryPoint = "open")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open(byte[] path, int flags);
}
