using System.Globalization;
using System.Net;

namespace Pawl.Cli.Settings;

/// <summary>One address a server listens on.</summary>
/// <param name="Address">The address.</param>
/// <param name="Port">The port; 0 for any.</param>
/// <param name="MayLack">Whether the server starts without it where the machine has no such address.</param>
internal sealed record ListenAddress(IPAddress Address, int Port, bool MayLack = false)
{
    /// <summary>Whether it was said to speak TLS (<c>https://</c>) or not to (<c>http://</c>); null for TLS where there is a
    /// certificate.</summary>
    public bool? Tls { get; init; }

    public const int UsualPort = 7295;

    /// <summary>Whether others than this machine can reach it.</summary>
    public bool IsPublic => !IPAddress.IsLoopback(Address);

    /// <summary>Reads <c>--listen</c>: addresses with commas between, or a port alone.</summary>
    /// <exception cref="CliException">Exit code 2.</exception>
    public static IReadOnlyList<ListenAddress> Of(string? given)
    {
        if (given is null)
        {
            return Loopback(UsualPort);
        }

        return [.. given.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).SelectMany(One)];
    }

    /// <summary>The address as it stands in a url.</summary>
    public string Url(string scheme, int port) =>
        string.Create(CultureInfo.InvariantCulture, $"{scheme}://{new IPEndPoint(Address, port)}");

    private static IEnumerable<ListenAddress> One(string text)
    {
        foreach (var scheme in (string[])["http://", "https://"])
        {
            if (text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
            {
                return OfPlain(text, text[scheme.Length..].TrimEnd('/')).Select(address => address with { Tls = scheme == "https://" });
            }
        }

        return OfPlain(text, text);
    }

    private static IReadOnlyList<ListenAddress> OfPlain(string text, string plain)
    {
        if (int.TryParse(plain.TrimStart(':'), NumberStyles.None, CultureInfo.InvariantCulture, out var alone) && alone <= ushort.MaxValue)
        {
            return Loopback(alone);
        }

        var colon = plain.LastIndexOf(':');
        var hasPort = colon > plain.LastIndexOf(']');
        var (host, port) = (hasPort ? plain[..colon] : plain, UsualPort);
        if (hasPort && (!int.TryParse(plain[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out port)
            || port > ushort.MaxValue))
        {
            throw Wrong(text);
        }

        return host switch
        {
            "localhost" => Loopback(port),
            "*" or "+" => [new(IPAddress.Any, port), new(IPAddress.IPv6Any, port, MayLack: true)],
            _ => IPAddress.TryParse(host.Trim('[', ']'), out var address) ? [new(address, port)] : throw Wrong(text),
        };
    }

    private static IReadOnlyList<ListenAddress> Loopback(int port) =>
        port == 0 ? [new(IPAddress.Loopback, 0)] : [new(IPAddress.Loopback, port), new(IPAddress.IPv6Loopback, port, MayLack: true)];

    private static CliException Wrong(string text) => CliException.Usage(
        $"--listen must be an address and a port such as 127.0.0.1:7295, [::1]:7295 or https://127.0.0.1:7295, but was {Shown.Text(text)}");
}
