using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Pawl;

namespace Cards.Jobs;

/// <summary>Where the run can be watched by others, and where the key to it lies.</summary>
/// <param name="Address">An address of this machine.</param>
/// <param name="KeyFile">Beside the database, readable by its owner alone.</param>
internal sealed record Server(IPEndPoint Address, string KeyFile)
{
    public const int UsualPort = 7295;

    // More servers than anybody starts on one machine.
    private const int Tries = 20;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public string Url => $"http://{Address}";

    /// <summary>Chooses the port before anything is done.</summary>
    /// <param name="listen">What the person named; null for the usual port, or the next one that is free.</param>
    /// <param name="database">The file beside which the key lies.</param>
    /// <exception cref="PawlException"><c>port_in_use</c>, exit code 7.</exception>
    public static Server Choose(IPEndPoint? listen, string database)
    {
        var wanted = listen ?? new IPEndPoint(IPAddress.Loopback, UsualPort);
        for (var port = wanted.Port; port < wanted.Port + (listen is null ? Tries : 1); port++)
        {
            if (Given(new IPEndPoint(wanted.Address, port)) is { } free)
            {
                return new(free, database + ".token");
            }
        }

        throw new PawlException(
            "port_in_use",
            string.Create(CultureInfo.InvariantCulture, $"Port {wanted.Port} is in use. Name another with --listen."),
            exitCode: 7);
    }

    /// <summary>Waits for the key, which the first start makes a moment after the database is there.</summary>
    /// <returns>False when there is no file: the key was made in an earlier start, and somebody has taken it away.</returns>
    public async Task<bool> HasKeyAsync(TimeProvider clock, CancellationToken cancellationToken)
    {
        var since = clock.GetTimestamp();
        while (!File.Exists(KeyFile) || new FileInfo(KeyFile).Length == 0)
        {
            if (clock.GetElapsedTime(since) > Patience)
            {
                return false;
            }

            await Task.Delay(Pause, clock, cancellationToken).ConfigureAwait(false);
        }

        return true;
    }

    // As the server will listen: what is left of connections that ended is not in its way.
    private static IPEndPoint? Given(IPEndPoint address)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (!OperatingSystem.IsWindows())
            {
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            }

            socket.Bind(address);
            socket.Listen();
            return (IPEndPoint)socket.LocalEndPoint!;
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return null;
        }
    }
}
