using System.Net.Sockets;
using System.Text;

namespace Pawl.Cli.Hosting;

/// <summary>The Unix socket of a server: only its user may connect.</summary>
internal sealed class UnixSocket(string path)
{
    private const int MostBytes = 107;

    public string Path { get; } = System.IO.Path.GetFullPath(path);

    /// <summary>Checks the place, makes its folder, and takes away what a dead server left.</summary>
    /// <exception cref="CliException"><c>socket_path</c>, exit code 8; <c>port_in_use</c>, exit code 7.</exception>
    public void Prepare()
    {
        if (Encoding.UTF8.GetByteCount(Path) > MostBytes)
        {
            throw Refused($"is longer than {MostBytes} bytes, which no system takes", "name a shorter one");
        }

        var file = new FileInfo(Path);
        if (file.LinkTarget is not null)
        {
            throw Refused("is a symbolic link", "name the place itself");
        }

        if (Directory.Exists(Path))
        {
            throw Refused("is a folder", "name a file in it");
        }

        Native.OnlyMine();
        try
        {
            if (System.IO.Path.GetDirectoryName(Path) is { } folder && !Directory.Exists(folder))
            {
                Directory.CreateDirectory(folder);
            }

            if (file.Exists)
            {
                Clear();
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Refused($"cannot be used: {error.Message.TrimEnd('.')}", "name a place this user may write", error);
        }
    }

    /// <summary>After the server has made it.</summary>
    public void MakePrivate()
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    public void Remove()
    {
        try
        {
            File.Delete(Path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // the next start takes it away
        }
    }

    private void Clear()
    {
        if (!IsSocket())
        {
            throw Refused("is a plain file", "name another place; nothing was changed");
        }

        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(Path));
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(Path);   // nobody listens: its server was killed
            return;
        }
        catch (SocketException error)
        {
            throw Refused($"belongs to somebody else: {error.Message}", "name another place", error);
        }

        throw new CliException(
            "port_in_use", $"another server listens on '{Path}'", "stop that one, or name another with --socket", ExitCode.Unavailable);
    }

    private bool IsSocket()
    {
        // .NET calls sockets, pipes and devices alike: something that is no plain file.
        return OperatingSystem.IsWindows() || (File.GetAttributes(Path) & FileAttributes.Normal) == 0 || new FileInfo(Path).Length == 0;
    }

    private CliException Refused(string reason, string hint, Exception? error = null) =>
        new("socket_path", $"the socket '{Path}' {reason}", hint, ExitCode.Configuration, error);
}
