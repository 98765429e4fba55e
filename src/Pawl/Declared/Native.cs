using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Pawl.Declared;

/// <summary>What the system can do that .NET does not have.</summary>
internal static class Native
{
    // Linux alone: another system has other numbers.
    private const int ReadOnly = 0;
    private const int NonBlocking = 0x800;
    private const int CloseOnExecute = 0x80000;

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int Kill(int pid, int signal);

    /// <summary>Opens a file of Linux without waiting for the other end, which a pipe among the files might not have.</summary>
    public static SafeFileHandle? Open(string path)
    {
        var handle = Open(Encoding.UTF8.GetBytes(path + '\0'), ReadOnly | NonBlocking | CloseOnExecute);
        return handle < 0 ? null : new(handle, ownsHandle: true);
    }

    [DllImport("libc", EntryPoint = "open")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open(byte[] path, int flags);
}
