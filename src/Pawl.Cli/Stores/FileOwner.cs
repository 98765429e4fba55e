using System.Runtime.InteropServices;
using System.Text;

namespace Pawl.Cli.Stores;

/// <summary>Whose a file is, and whether it is a socket, which .NET does not tell.</summary>
internal static class FileOwner
{
    private const int Here = -100;            // AT_FDCWD: paths begin at the working folder
    private const uint KindAndUser = 1 | 8;   // STATX_TYPE, STATX_UID
    private const int UserAt = 20;            // where struct statx has them, on every machine
    private const int KindAt = 28;
    private const int Kind = 0xF000;
    private const int SocketKind = 0xC000;

    /// <summary>The number of its user; null where the system does not tell.</summary>
    public static uint? Of(string path) => Look(path) is { } found ? BitConverter.ToUInt32(found, UserAt) : null;

    /// <summary>Whether it is a Unix socket; where the system does not tell, whether it may be one.</summary>
    public static bool IsSocket(string path) => Look(path) is { } found
        ? (BitConverter.ToUInt16(found, KindAt) & Kind) == SocketKind
        : new FileInfo(path).Length == 0;

    /// <summary>The number of the user this process runs as; null where the system has none.</summary>
    public static uint? Me() => OperatingSystem.IsWindows() ? null : Effective();

    private static byte[]? Look(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        var found = new byte[256];
        return StatX(Here, [.. Encoding.UTF8.GetBytes(path), 0], 0, KindAndUser, found) == 0 ? found : null;
    }

    [DllImport("libc", EntryPoint = "statx")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int StatX(int folder, byte[] path, int flags, uint mask, byte[] found);

    [DllImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint Effective();
}
