using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Pawl.Storage.Tests.OnlyPostgres;

/// <summary>Carries connections to a server, and may fall silent on them or lose an answer.</summary>
internal sealed class Relay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _over = new();
    private readonly NpgsqlConnectionStringBuilder _server;
    private readonly Task _accepting;
    private int _count;
    private int _silent;
    private int _loses;

    public Relay(string connectionString)
    {
        _server = new(connectionString);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>The same database, by this way.</summary>
    public string With(string more) => new NpgsqlConnectionStringBuilder($"{_server.ConnectionString};{more}")
    {
        Host = "127.0.0.1",
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port,
    }.ConnectionString;

    /// <summary>Carries nothing more on the connections that there are, and tells neither end. New ones work.</summary>
    public void FallSilent() => Volatile.Write(ref _silent, Volatile.Read(ref _count));

    /// <summary>Breaks the next connection on which a commit is answered, before the answer.</summary>
    public void LoseNextCommit() => Volatile.Write(ref _loses, 1);

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _accepting;
        _listener.Dispose();
        _over.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = CarryAsync(await _listener.AcceptSocketAsync(_over.Token), Interlocked.Increment(ref _count));
            }
        }
        catch (OperationCanceledException)
        {
            // It is over.
        }
    }

    private async Task CarryAsync(Socket client, int number)
    {
        using var near = client;
        using var far = _server.Host!.StartsWith('/')
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        EndPoint place = _server.Host.StartsWith('/')
            ? new UnixDomainSocketEndPoint($"{_server.Host}/.s.PGSQL.{_server.Port}")
            : new DnsEndPoint(_server.Host, _server.Port, AddressFamily.InterNetwork);
        try
        {
            await far.ConnectAsync(place, _over.Token);
            await await Task.WhenAny(PumpAsync(near, far, number, answers: false), PumpAsync(far, near, number, answers: true));
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // One end has gone, so the other one goes too.
        }
    }

    private async Task PumpAsync(Socket from, Socket to, int number, bool answers)
    {
        var bytes = new byte[65_536];
        while (await from.ReceiveAsync(bytes, _over.Token) is > 0 and var length)
        {
            if (number <= Volatile.Read(ref _silent))
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, _over.Token);
            }

            if (answers && bytes.AsSpan(0, length).IndexOf("COMMIT\0"u8) >= 0 && Interlocked.Exchange(ref _loses, 0) == 1)
            {
                return;
            }

            for (var sent = 0; sent < length;)
            {
                sent += await to.SendAsync(bytes.AsMemory(sent, length - sent), _over.Token);
            }
        }
    }
}
