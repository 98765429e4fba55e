using System.Runtime.InteropServices;

namespace TestKit;

/// <summary>What the system can do that .NET does not have.</summary>
internal static class Unix
{
    private const int Interrupted = 2;
    private const int Terminate = 15;
    private const int Continue = 18;
    private const int Stop = 19;

    /// <summary>Asks a process to stop, as a service manager does.</summary>
    public static void Ask(int pid) => Assert.Equal(0, Kill(pid, Terminate));

    /// <summary>Ctrl-C.</summary>
    public static void Interrupt(int pid) => Assert.Equal(0, Kill(pid, Interrupted));

    /// <summary>Holds a process where it is.</summary>
    public static void Freeze(int pid) => Assert.Equal(0, Kill(pid, Stop));

    /// <summary>Lets it go on as if nothing had been.</summary>
    public static void Thaw(int pid) => Assert.Equal(0, Kill(pid, Continue));

    /// <summary>Gives a file a second name.</summary>
    public static void Link(string from, string to) => Assert.Equal(0, HardLink(from, to));

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int pid, int signal);

    [DllImport("libc", EntryPoint = "link", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int HardLink(string from, string to);
}
