using System.Net.Sockets;
using System.Text;

namespace Pawl.EndToEnd.Tests.Security;

/// <summary>Bytes sent as they are, and what came back before the server closed the connection.</summary>
internal static class Wire
{
    /// <summary>What the server says until it closes; fails where it does not.</summary>
    public static async Task<string> TalkAsync(string url, string bytes)
    {
        var server = new Uri(url);
        using var client = new TcpClient();
        using var late = new CancellationTokenSource(Cli.Tool.Limit, TimeProvider.System);
        await client.ConnectAsync(server.Host, server.Port, late.Token);
        var talk = client.GetStream();
        var heard = new MemoryStream();
        var listening = talk.CopyToAsync(heard, late.Token);
        try
        {
            await talk.WriteAsync(Encoding.Latin1.GetBytes(bytes), late.Token);
            await listening;
        }
        catch (IOException)
        {
            // Closed while we still spoke: what was said before counts.
        }

        return Encoding.Latin1.GetString(heard.ToArray());
    }

    /// <summary>The status of a reply; 0 for none.</summary>
    public static int StatusOf(string reply) =>
        reply.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) ? int.Parse(reply.AsSpan(9, 3), null) : 0;
}
