using System.Net.Sockets;
using System.Text.Json;
using Pawl.Cli.Stores;

namespace Pawl.Cli.Commands;

/// <summary>The checks of the doctor on the way to the server: address, socket, version, key.</summary>
internal static class ReachChecks
{
    private const string Unix = "unix:";

    /// <summary>Looks at the way; what the server says of itself where it answers and the key is good.</summary>
    public static async Task<JsonElement?> RunAsync(
        Session session, List<Check> checks, bool fix, CancellationToken cancellationToken)
    {
        var url = session.Api.Url;
        if (url.StartsWith(Unix, StringComparison.Ordinal))
        {
            checks.Add(Socket(url[Unix.Length..], fix));
        }

        try
        {
            using var config = await session.Api.GetAsync("api/ui-config", cancellationToken).ConfigureAwait(false);
            var json = config.Json.Clone();
            checks.Add(new("url", Level.Green, $"{url} answers", null));
            var version = json.GetProperty("version").GetString()!;
            var fits = ProgramVersion.Fits(ProgramVersion.Text, version);
            checks.Add(new(
                "version", fits ? Level.Green : Level.Red, $"tool {ProgramVersion.Text}, server {version}", fits ? null
                    : "install the tool in the server's version"));
            checks.Add(new("key", Level.Green, $"role {json.GetProperty("role").GetString()}", null));
            if (json.TryGetProperty("server_time", out var time) && time.TryGetDateTimeOffset(out var theirs))
            {
                checks.Add(Check.Clock("clock", "server", Session.Clock.GetUtcNow() - theirs));
            }

            checks.Add(Way(url));
            return json;
        }
        catch (CliException error) when (error.ExitCode == ExitCode.Unavailable)
        {
            checks.Add(new("url", Level.Red, error.Message, error.Hint));
        }
        catch (CliException error)
        {
            checks.Add(new("url", Level.Green, $"{url} answers", null));
            checks.Add(new("key", Level.Red, error.Message, error.Hint));
        }

        return null;
    }

    /// <summary>Whether the key and the payloads can be read on their way.</summary>
    private static Check Way(string url)
    {
        if (url.StartsWith(Unix, StringComparison.Ordinal) || url.StartsWith("https:", StringComparison.Ordinal))
        {
            return new("address", Level.Green, url.StartsWith(Unix, StringComparison.Ordinal) ? "a socket of this machine" : "TLS", null);
        }

        return new Uri(url).IsLoopback
            ? new("address", Level.Green, "this machine only, as far as this address goes", null)
            : new("address", Level.Red, $"{url} is reached without TLS: keys and payloads can be read on the way",
                "put TLS before it, or set Pawl:Web:Certificate, and use https");
    }

    private static Check Socket(string path, bool fix)
    {
        const string Name = "socket";
        if (!Path.Exists(path))
        {
            return new(Name, Level.Red, $"there is no socket {path}", "pawl serve --socket makes it");
        }

        if (IsDead(path))
        {
            if (!fix)
            {
                return new(Name, Level.Red, $"nobody listens on {path}: its server was killed",
                    "start the server again, or take the socket away with pawl doctor --fix");
            }

            File.Delete(path);
            return new(Name, Level.Yellow, $"{path} was left by a dead server and is gone now", "start the server");
        }

        var owner = FileOwner.Of(path);
        return owner is null || owner == FileOwner.Me()
            ? FileModes.Of(Name, path, fix)
            : new(Name, Level.Yellow, $"{path} belongs to user {owner}", "only that user's server can answer there");
    }

    private static bool IsDead(string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return false;
        }
        catch (SocketException error)
        {
            return error.SocketErrorCode == SocketError.ConnectionRefused && FileOwner.IsSocket(path);
        }
    }
}
