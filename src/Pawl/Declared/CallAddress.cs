using System.Globalization;
using System.Net;

namespace Pawl.Declared;

/// <summary>Where an outside call may go. Only what is allowed by name; and no way around by another spelling.</summary>
internal static class CallAddress
{
    public const string Invalid = "url_invalid";
    public const string NotAllowed = "url_not_allowed";

    private const int Longest = 8_192;

    /// <summary>The address, if it may be called as far as can be said without resolving its name.</summary>
    /// <exception cref="PawlException"><c>url_invalid</c> or <c>url_not_allowed</c>.</exception>
    public static Uri Check(string text, IReadOnlyList<string> allowed, bool allowPrivate)
    {
        // Before it is parsed: the parser forgives, and forgets what it forgave.
        if (text.Length is 0 or > Longest
            || text.AsSpan().ContainsAnyExceptInRange('!', '~')
            || text.Contains('\\', StringComparison.Ordinal)
            || !Uri.TryCreate(text, UriKind.Absolute, out var uri))
        {
            throw new PawlException(
                Invalid, $"{Shown.Text(text)} is no address that can be called. Write it like https://api.example.org/hook.");
        }

        if (uri.Scheme != Uri.UriSchemeHttps && uri.Scheme != Uri.UriSchemeHttp)
        {
            throw Refused(text, "only http and https are called");
        }

        var authority = Authority(text);
        if (uri.UserInfo.Length > 0 || authority.Contains('@', StringComparison.Ordinal))
        {
            // Not shown: it may hold a password.
            throw new PawlException(Invalid, "The address holds a user or a password. Send it in a header, as secret://name.");
        }

        if (!IsPlain(uri, authority))
        {
            throw Refused(text, "its host is spelled in a way that hides what it is");
        }

        if (!allowed.Any(host => IsSame(host, uri)))
        {
            throw Refused(text, "its host is not among AllowedHosts of the type");
        }

        var isInner = IPAddress.TryParse(uri.DnsSafeHost, out var address)
            ? !Networks.MayBeCalled(address, allowPrivate)
            : !allowPrivate && IsLocalName(uri.IdnHost);
        return isInner ? throw Refused(text, "it lies in this machine's own network; AllowPrivate would let it") : uri;
    }

    private static string Authority(string text)
    {
        var start = text.IndexOf("://", StringComparison.Ordinal);
        if (start < 0)
        {
            return "";
        }

        var rest = text.AsSpan(start + 3);
        var end = rest.IndexOfAny('/', '?', '#');
        return (end < 0 ? rest : rest[..end]).ToString();
    }

    // 0x7f.1, 2130706433 and [::ffff:7f00:1] are all 127.0.0.1. Who means it writes it.
    private static bool IsPlain(Uri uri, string authority)
    {
        var host = authority.StartsWith('[')
            ? authority[..(authority.IndexOf(']', StringComparison.Ordinal) + 1)]
            : authority.Split(':')[0];
        if (host.Length == 0 || host.Contains('%', StringComparison.Ordinal))
        {
            return false;
        }

        return uri.HostNameType switch
        {
            UriHostNameType.IPv4 => host == uri.Host,
            UriHostNameType.IPv6 => IPAddress.TryParse(uri.DnsSafeHost, out var address) && !address.IsIPv4MappedToIPv6,
            UriHostNameType.Dns => !host.EndsWith('.') && !LooksLikeNumber(host),
            _ => false,
        };
    }

    // The last label of a name is never a number; of an address it is, in whatever base.
    private static bool LooksLikeNumber(string host)
    {
        var last = host[(host.LastIndexOf('.') + 1)..];
        return last.Length == 0 || last.All(char.IsAsciiDigit) || last.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
    }

    private static bool IsSame(string allowed, Uri uri)
    {
        var at = allowed.LastIndexOf(':');
        var hasPort = at > 0 && allowed[^1] != ']' && (allowed[0] != '[' || allowed[at - 1] == ']');
        var (host, port) = hasPort ? (allowed[..at], allowed[(at + 1)..]) : (allowed, null);
        return host.Equals(uri.Host, StringComparison.OrdinalIgnoreCase)
            && (port is null || port == uri.Port.ToString(CultureInfo.InvariantCulture));
    }

    private static bool IsLocalName(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);

    // Without its query, where keys and signatures stand.
    private static PawlException Refused(string text, string why) =>
        new(NotAllowed, $"{Shown.Text(text.Split('?')[0])} may not be called: {why}.");
}
