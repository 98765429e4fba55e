using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace TestKit;

/// <summary>A shell that keeps a server for one test and carries out an order a line. It outlives a test run that is killed: its input
/// ends with us, however we end, and then it takes the server and its folder away.</summary>
internal sealed class Keeper : IDisposable
{
    private const string Loop = """
        trap '' INT TERM HUP
        umask 077
        dir=$(mktemp -d "$1/pawl-kept-XXXXXX") || exit 1
        shift
        begin "$@"
        while read -r order rest; do
            if "do_$order" $rest > "$dir/said" 2>&1; then echo done; else cat "$dir/said"; tail -n 20 "$dir/log"; echo failed; fi
        done
        end > /dev/null 2>&1
        rm -rf "$dir"
        """;

    private static readonly TimeSpan LastLimit = TimeSpan.FromSeconds(60);
    private static readonly List<FileStream> Given = [];

    private readonly Process _shell;

    /// <param name="functions">Of the shell: <c>begin</c> with the words, <c>end</c>, and <c>do_x</c> for each order <c>x</c>. They find
    /// a folder of their own in <c>$dir</c>, and may write a <c>$dir/log</c>.</param>
    /// <param name="words">What <c>begin</c> is given.</param>
    public Keeper(string functions, params string[] words)
    {
        var command = AsOrdinaryUser(["/bin/sh", "-c", functions + Environment.NewLine + Loop, "sh", Folder, .. words]);
        var start = new ProcessStartInfo(command[0])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = "/",
        };
        Array.ForEach(command[1..], start.ArgumentList.Add);
        _shell = Process.Start(start)!;
    }

    /// <summary>Where servers keep what need not outlive the machine.</summary>
    public static string Folder => Directory.Exists("/dev/shm") ? "/dev/shm" : "/tmp";

    /// <summary>The command as a user whom servers accept: they refuse to run as root.</summary>
    public static string[] AsOrdinaryUser(params string[] command) =>
        Environment.UserName == "root" ? ["runuser", "-u", "postgres", "--", .. command] : command;

    /// <summary>A port of this machine that nobody listens on, that no outgoing connection is given (one that is tried while its server is
    /// down would else, once in a while, meet itself), and that no other test is given as long as this process lives.</summary>
    /// <remarks>For what has to know its port beforehand, or to keep it over a stop. Everything else listens on port 0 and is asked where
    /// that is.</remarks>
    public static int FreePort()
    {
        for (var tries = 0; tries < 1_000; tries++)
        {
            var port = Random.Shared.Next(12_000, 32_000);
            FileStream? ours = null;
            try
            {
                ours = Claim(port);
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                Keep(ours);
                return port;
            }
            catch (Exception taken) when (taken is SocketException or IOException or UnauthorizedAccessException)
            {
                ours?.Dispose();
            }
        }

        throw new InvalidOperationException("No free port on this machine.");
    }

    private static void Keep(FileStream ours)
    {
        lock (Given)
        {
            if (Given.Count == 0)
            {
                AppDomain.CurrentDomain.ProcessExit += static (_, _) => Given.ForEach(one => one.Dispose());
            }

            Given.Add(ours);
        }
    }

    // Its name is the port's, and who has it open has the port: it goes with the process.
    private static FileStream Claim(int port) => new(
        Path.Combine(Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture, $"pawl-port-{port}")),
        FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);

    /// <summary>Has an order carried out.</summary>
    public void Do(string order)
    {
        _shell.StandardInput.WriteLine(order);
        _shell.StandardInput.Flush();
        var said = new List<string>();
        while (_shell.StandardOutput.ReadLine() is { } line)
        {
            switch (line)
            {
                case "done":
                    return;
                case "failed":
                    throw new InvalidOperationException(Say(order, said));
                default:
                    said.Add(line);
                    break;
            }
        }

        throw new InvalidOperationException(Say(order, said));
    }

    public void Dispose()
    {
        _shell.StandardInput.Close();
        _shell.WaitForExit(LastLimit);
        _shell.Dispose();
    }

    private static string Say(string order, List<string> said) =>
        string.Create(CultureInfo.InvariantCulture, $"'{order}' failed: {string.Join(Environment.NewLine, said)}");
}
