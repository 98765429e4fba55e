using System.Net;
using System.Net.Sockets;

namespace Pawl.Declared;

/// <summary>Which addresses are outside. What is not plainly public is not.</summary>
internal static class Networks
{
    /// <summary>Never called, whatever is allowed: links, where machines ask who they are, and what names nobody.</summary>
    private static readonly IPNetwork[] Never = Of(
        "0.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4", "::/128", "fe80::/10", "ff00::/8", "fd00:ec2::254/128");

    private static readonly IPNetwork[] Inner = Of(
        "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "::/96", "fc00::/7", "fec0::/10", "2001::/23", "2001:db8::/32", "64:ff9b:1::/48", "100::/64");

    /// <summary>Whether an address may be called.</summary>
    /// <param name="address">After its name was resolved.</param>
    /// <param name="allowPrivate">Whether one of this machine or its network may be.</param>
    public static bool MayBeCalled(IPAddress address, bool allowPrivate)
    {
        var plain = Unwrapped(address);
        return !Never.Any(network => network.Contains(plain)) && (allowPrivate || !Inner.Any(network => network.Contains(plain)));
    }

    // An IPv4 address inside an IPv6 one is judged as what it is.
    private static IPAddress Unwrapped(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address;
        }

        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        var bytes = address.GetAddressBytes();
        return bytes.AsSpan(0, 12).SequenceEqual((ReadOnlySpan<byte>)[0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0]) ? new(bytes.AsSpan(12))
            : bytes[0] == 0x20 && bytes[1] == 0x02 ? new(bytes.AsSpan(2, 4))
            : new(bytes, 0);
    }

    private static IPNetwork[] Of(params string[] networks) => [.. networks.Select(network => IPNetwork.Parse(network))];
}
