using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Pawl.Chaos.Tests.Faults;

/// <summary>Stands between the processes and a PostgreSQL server, and does to their connections what it is told.</summary>
/// <remarks>It reads the length of each message, so that it can let a whole request through, wait for the whole reply, and then keep the
/// reply for itself.</remarks>
internal sealed class FaultProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _running = [];
    private readonly List<TcpClient> _open = [];
    private readonly Lock _gate = new();
    private readonly Random _chance = new(1);
    private readonly int _server;
    private TaskCompletionSource _over = new();
    private int _dropped;
    private int _resets;

    public FaultProxy(int server)
    {
        _server = server;
        _listener.Start();
        _running.Add(AcceptAsync());
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Of so many requests whose work is committed by their reply, one reply is dropped and its connection reset; 0:
    /// none.</summary>
    public int DropOneIn { get; set; }

    /// <summary>How many replies were dropped.</summary>
    public int Dropped => Volatile.Read(ref _dropped);

    /// <summary>The longest that a request is held back, by chance.</summary>
    public TimeSpan Latency { get; set; }

    /// <summary>Whether nothing comes through and nobody is told so. Connections that met this are reset when it is over.</summary>
    public bool Silent
    {
        get;
        set
        {
            field = value;
            if (value)
            {
                _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }
            else
            {
                _over.TrySetResult();
            }
        }
    }

    /// <summary>Of so many requests one is not sent on, and its connection reset; 0: none.</summary>
    public int ResetOneIn { get; set; }

    /// <summary>How many connections were reset instead of sending a request on.</summary>
    public int Resets => Volatile.Read(ref _resets);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        Task[] running;
        lock (_gate)
        {
            _open.ForEach(Cut);
            running = [.. _running];
        }

        await Task.WhenAll(running);
        _stop.Dispose();
    }

    // A reset, not an end: the other side must not take it for a good-bye.
    private static void Cut(TcpClient client)
    {
        if (client.Client is not { } socket)
        {
            return;   // cut already
        }

        try
        {
            socket.LingerState = new(true, 0);
            socket.Close();
            client.Close();
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // It is gone already.
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                lock (_gate)
                {
                    _open.Add(client);
                    _running.Add(ServeAsync(client));
                }
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // It was told to stop.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        await Task.Yield();
        using var server = new TcpClient { NoDelay = true };
        try
        {
            client.NoDelay = true;
            await ThroughAsync();
            await server.ConnectAsync(IPAddress.Loopback, _server, _stop.Token);
            var pair = new Pair(client.GetStream(), server.GetStream());
            await pair.StartAsync(_stop.Token);
            await Task.WhenAny(RequestsAsync(pair), RepliesAsync(pair));
        }
        catch (Exception error) when (error is IOException or SocketException or OperationCanceledException or ObjectDisposedException
            or InvalidDataException || _stop.IsCancellationRequested)
        {
            // One side has gone, or we go.
        }
        finally
        {
            lock (_gate)
            {
                _open.Remove(client);
            }

            Cut(client);
        }
    }

    private async Task RequestsAsync(Pair pair)
    {
        while (await Message.ReadAsync(pair.Client, _stop.Token) is { } message)
        {
            // A request ends with Sync or is a simple query; what came before belongs to it.
            if (message.Kind is (byte)'S' or (byte)'Q')
            {
                await Task.Delay(Latency * (Next(1_000) / 1_000.0), TimeProvider.System, _stop.Token);
                if (ResetOneIn > 0 && Next(ResetOneIn) == 0)
                {
                    Interlocked.Increment(ref _resets);
                    return;
                }
            }

            await ThroughAsync();
            await pair.Server.WriteAsync(message.Bytes, _stop.Token);
        }
    }

    private async Task ThroughAsync()
    {
        if (Silent)
        {
            await _over.Task.WaitAsync(_stop.Token);
            throw new IOException("Nobody hears of this connection again.");
        }
    }

    private async Task RepliesAsync(Pair pair)
    {
        var held = new List<byte[]>();
        while (await Message.ReadAsync(pair.Server, _stop.Token) is { } message)
        {
            held.Add(message.Bytes);
            if (message.Kind == (byte)'Z')
            {
                // Ready, and in no transaction: what was asked for is done and stays.
                if (message.Bytes[5] == (byte)'I' && pair.IsReady && DropOneIn > 0 && Next(DropOneIn) == 0)
                {
                    Interlocked.Increment(ref _dropped);
                    return;
                }

                pair.IsReady = true;
            }
            else if (pair.IsReady && DropOneIn > 0 && message.Kind is not ((byte)'G' or (byte)'W'))
            {
                continue;   // but where the server waits for data (a copy) the client must hear of it
            }

            await ThroughAsync();
            foreach (var bytes in held)
            {
                await pair.Client.WriteAsync(bytes, _stop.Token);
            }

            held.Clear();
        }
    }

    private int Next(int below)
    {
        lock (_gate)
        {
            return _chance.Next(below);
        }
    }

    private sealed record Pair(NetworkStream Client, NetworkStream Server)
    {
        /// <summary>Whether the greeting is over.</summary>
        public bool IsReady { get; set; }

        /// <summary>The first message has no kind; it may ask for encryption, which is refused, and comes again then.</summary>
        public async Task StartAsync(CancellationToken stop)
        {
            var length = new byte[4];
            while (true)
            {
                await Client.ReadExactlyAsync(length, stop);
                var rest = new byte[BinaryPrimitives.ReadInt32BigEndian(length) - 4];
                await Client.ReadExactlyAsync(rest, stop);
                if (rest.Length == 4 && BinaryPrimitives.ReadInt32BigEndian(rest) is 80877103 or 80877104)
                {
                    await Client.WriteAsync("N"u8.ToArray(), stop);
                    continue;
                }

                await Server.WriteAsync((byte[])[.. length, .. rest], stop);
                return;
            }
        }
    }

    private sealed record Message(byte Kind, byte[] Bytes)
    {
        private const int Longest = 64 << 20;

        public static async Task<Message?> ReadAsync(NetworkStream from, CancellationToken stop)
        {
            var head = new byte[5];
            if (await from.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, stop) < head.Length)
            {
                return null;
            }

            var length = BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(1));
            if (length is < 4 or > Longest)
            {
                throw new InvalidDataException("This is no message of PostgreSQL.");
            }

            var bytes = new byte[length + 1];
            head.CopyTo(bytes, 0);
            await from.ReadExactlyAsync(bytes.AsMemory(5), stop);
            return new(head[0], bytes);
        }
    }
}
