using System.Buffers.Binary;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Pawl.EndToEnd.Tests.Cli;

namespace Pawl.EndToEnd.Tests.Security;

/// <summary>One connection of HTTP/2 on which each request is taken back in the same breath.</summary>
internal sealed class ResetFlood : IAsyncDisposable
{
    private const byte Headers = 1, Reset = 3, Settings = 4, Ping = 6, GoAway = 7;
    private const int MostStreams = 3;   // the setting of that number
    private const int FrameHead = 9;
    private const int SettingSize = 6;
    private const int Cancelled = 8;
    private const byte Acknowledged = 1, WholeRequest = 0x05;   // flags

    private readonly TcpClient _client = new();
    private readonly CancellationTokenSource _late = new(Tool.Limit, TimeProvider.System);
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly byte[] _request;
    private SslStream _talk = null!;
    private Task _listening = Task.CompletedTask;
    private int _stream = -1;

    private ResetFlood(string authority, string path) => _request = [0x82, 0x87, 0x04, .. Text(path), 0x01, .. Text(authority)];

    /// <summary>How many requests the server takes at a time on one connection, by its own word; null when it gave none.</summary>
    public long? Streams { get; private set; }

    /// <summary>Whether the server has ended the talk.</summary>
    public bool Ended { get; private set; }

    /// <summary>Whether the server has read all of it, and goes on.</summary>
    public bool Answered { get; private set; }

    public static async Task<ResetFlood> OpenAsync(string url, X509Certificate2 certificate, string path)
    {
        var server = new Uri(url);
        var flood = new ResetFlood(server.Authority, path);
        await flood._client.ConnectAsync(server.Host, server.Port, flood._late.Token);
        flood._talk = new(flood._client.GetStream());
        await flood._talk.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                ApplicationProtocols = [SslApplicationProtocol.Http2],
                RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString() == certificate.Thumbprint,
            },
            flood._late.Token);
        Assert.Equal(SslApplicationProtocol.Http2, flood._talk.NegotiatedApplicationProtocol);
        flood._listening = flood.ListenAsync();
        await flood.SayAsync([.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. Frame(Settings, 0, 0, [])]);
        await flood._settled.Task.WaitAsync(flood._late.Token);
        await flood.SayAsync(Frame(Settings, Acknowledged, 0, []));
        return flood;
    }

    /// <summary>So many requests, each with its end behind it; none once the server has ended the talk.</summary>
    public Task SendAsync(int requests)
    {
        var bytes = new List<byte>();
        var cancelled = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(cancelled, Cancelled);
        for (var i = 0; i < requests; i++)
        {
            _stream += 2;
            bytes.AddRange(Frame(Headers, WholeRequest, _stream, _request));
            bytes.AddRange(Frame(Reset, 0, _stream, cancelled));
        }

        return SayAsync([.. bytes]);
    }

    /// <summary>Until the server has read all of it, or has ended the talk.</summary>
    public async Task EndAsync()
    {
        await SayAsync(Frame(Ping, 0, 0, new byte[8]));
        await _listening;
    }

    public async ValueTask DisposeAsync()
    {
        await _late.CancelAsync();
        await _listening;
        await _talk.DisposeAsync();
        _client.Dispose();
        _late.Dispose();
    }

    private async Task SayAsync(byte[] bytes)
    {
        try
        {
            await _talk.WriteAsync(bytes, _late.Token);
        }
        catch (IOException)
        {
            Ended = true;
        }
    }

    private async Task ListenAsync()
    {
        try
        {
            var head = new byte[FrameHead];
            while (!Answered)
            {
                await _talk.ReadExactlyAsync(head, _late.Token);
                var body = new byte[(head[0] << 16) | (head[1] << 8) | head[2]];
                await _talk.ReadExactlyAsync(body, _late.Token);
                Hear(head[3], acknowledges: (head[4] & Acknowledged) != 0, body);
            }
        }
        catch (IOException)
        {
            Ended = true;
        }
        catch (OperationCanceledException)
        {
            // Too late, or over: then it is neither ended nor answered.
        }
        finally
        {
            _settled.TrySetResult();
        }
    }

    private void Hear(byte kind, bool acknowledges, byte[] body)
    {
        if (kind == Settings && !acknowledges)
        {
            for (var at = 0; at < body.Length; at += SettingSize)
            {
                if (BinaryPrimitives.ReadUInt16BigEndian(body.AsSpan(at)) == MostStreams)
                {
                    Streams = BinaryPrimitives.ReadUInt32BigEndian(body.AsSpan(at + 2));
                }
            }

            _settled.TrySetResult();
        }

        Ended |= kind == GoAway;
        Answered |= kind == Ping && acknowledges;
    }

    private static byte[] Frame(byte kind, byte flags, int stream, byte[] body)
    {
        var frame = new byte[FrameHead + body.Length];
        (frame[1], frame[2], frame[3], frame[4]) = ((byte)(body.Length >> 8), (byte)body.Length, kind, flags);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        body.CopyTo(frame, FrameHead);
        return frame;
    }

    // Shorter than 127 bytes, uncompressed.
    private static byte[] Text(string text) => [(byte)text.Length, .. Encoding.ASCII.GetBytes(text)];
}
