using System.Runtime.InteropServices;

namespace Pawl.Cli.Hosting;

/// <summary>What the system can do that .NET does not have.</summary>
internal static class Native
{
    /// <summary>Ends the process at once: no handler of anybody's runs.</summary>
    public static void ExitAtOnce(int code)
    {
        if (OperatingSystem.IsWindows())
        {
            Environment.Exit(code);
        }

        Exit(code);
    }

    /// <summary>Makes what is created from here on this user's alone.</summary>
    public static void OnlyMine()
    {
        if (!OperatingSystem.IsWindows())
        {
            _ = Mask(0b000_111_111);
        }
    }

    /// <summary>The number of the user this process runs as.</summary>
    public static uint User() => UserOf();

    [DllImport("libc", EntryPoint = "_exit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern void Exit(int code);

    [DllImport("libc", EntryPoint = "umask")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint Mask(uint mask);

    [DllImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint UserOf();
}
