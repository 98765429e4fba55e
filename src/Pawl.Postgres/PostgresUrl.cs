using System.Globalization;
using Npgsql;

namespace Pawl.Postgres;

/// <summary>Reads <c>postgres://user:password@host:5432/database?sslmode=require</c>, the form in which other programs are told where a
/// database is.</summary>
internal static class PostgresUrl
{
    private static readonly Dictionary<string, SslMode> SslModes = new(StringComparer.Ordinal)
    {
        ["disable"] = SslMode.Disable,
        ["allow"] = SslMode.Allow,
        ["prefer"] = SslMode.Prefer,
        ["require"] = SslMode.Require,
        ["verify-ca"] = SslMode.VerifyCA,
        ["verify-full"] = SslMode.VerifyFull,
    };

    private static readonly string[] Parameters =
    [
        "sslmode", "target_session_attrs", "application_name", "connect_timeout", "sslrootcert", "sslcert", "sslkey", "host", "port",
        "user", "password", "dbname",
    ];

    /// <summary>Whether a text is such an address; else it is a connection string.</summary>
    public static bool Is(string text) => text.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase)
        || text.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase);

    /// <summary>What it says.</summary>
    /// <exception cref="PawlException"><c>config_invalid</c>. It never shows a part of the address: what is not written as it should be may
    /// be the password.</exception>
    public static NpgsqlConnectionStringBuilder Read(string url)
    {
        var (address, query) = Cut(url[(url.IndexOf("://", StringComparison.Ordinal) + 3)..], '?');
        var (authority, database) = Cut(address, '/');
        if ((database + query).Contains('@', StringComparison.Ordinal))
        {
            throw Malformed("there is an '@' behind the first '/' or '?', so one of these may stand in the password");
        }

        var at = authority.LastIndexOf('@');
        var settings = new NpgsqlConnectionStringBuilder();
        if (at >= 0)
        {
            var (user, password) = Cut(authority[..at], ':');
            (settings.Username, settings.Password) = (Decode(user), Decode(password));
        }

        Hosts(settings, authority[(at + 1)..]);
        settings.Database = Decode(database);
        foreach (var parameter in (query ?? "").Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = Cut(parameter, '=');
            Set(settings, name, Decode(value) ?? throw Malformed("a parameter after '?' has no value"));
        }

        return settings;
    }

    private static void Set(NpgsqlConnectionStringBuilder settings, string name, string value)
    {
        switch (name)
        {
            case "sslmode":
                settings.SslMode = SslModes.TryGetValue(value, out var mode)
                    ? mode
                    : throw Malformed($"sslmode must be one of {string.Join(", ", SslModes.Keys)}");
                break;
            case "target_session_attrs":
                settings.TargetSessionAttributes = value is "any" or "read-write" or "primary"
                    ? value
                    : throw Malformed("target_session_attrs must be any, read-write or primary, as jobs must be written");
                break;
            case "application_name":
                settings.ApplicationName = value;
                break;
            case "connect_timeout":
                settings.Timeout = Whole(value, 300) ?? throw Malformed("connect_timeout must be a number of seconds up to 300");
                break;
            case "sslrootcert":
                settings.RootCertificate = value;
                break;
            case "sslcert":
                settings.SslCertificate = value;
                break;
            case "sslkey":
                settings.SslKey = value;
                break;
            case "host":
                settings.Host = value;
                break;
            case "port":
                settings.Port = Port(value);
                break;
            case "user":
                settings.Username = value;
                break;
            case "password":
                settings.Password = value;
                break;
            case "dbname":
                settings.Database = value;
                break;
            default:
                throw Malformed($"it has a parameter that is none of {string.Join(", ", Parameters)}");
        }
    }

    /// <summary>One host and its port, or several, each of which may have one of its own.</summary>
    private static void Hosts(NpgsqlConnectionStringBuilder settings, string text)
    {
        var hosts = text.Split(',').Select(one =>
        {
            // An IPv6 address stands in brackets, as it has colons of its own.
            var colon = one.IndexOf(':', one.StartsWith('[') ? Math.Max(0, one.IndexOf(']', StringComparison.Ordinal)) : 0);
            return (Host: Decode(colon < 0 ? one : one[..colon]), Port: colon < 0 ? (int?)null : Port(one[(colon + 1)..]));
        }).ToList();
        if (hosts is [var (host, port)])
        {
            settings.Host = host is ['[', .. var inner, ']'] ? inner : host;
            if (port is { } own)
            {
                settings.Port = own;
            }

            return;
        }

        settings.Host = string.Join(',', hosts.Select(one => one.Port is { } its
            ? string.Create(CultureInfo.InvariantCulture, $"{one.Host}:{its}")
            : one.Host ?? throw Malformed("a host between two commas is empty")));
    }

    private static int Port(string text) =>
        Whole(text, 65_535) ?? throw Malformed("what stands after the host and ':' is no port");

    private static int? Whole(string text, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 && number <= most
            ? number
            : null;

    private static string? Decode(string? text)
    {
        for (var i = text?.IndexOf('%', StringComparison.Ordinal) ?? -1; i >= 0; i = text!.IndexOf('%', i + 1))
        {
            if (i + 2 >= text!.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2]))
            {
                throw Malformed("a '%' in it is not followed by two digits");
            }
        }

        return string.IsNullOrEmpty(text) ? null : Uri.UnescapeDataString(text);
    }

    private static (string Before, string? After) Cut(string text, char at) =>
        text.IndexOf(at, StringComparison.Ordinal) is >= 0 and var i ? (text[..i], text[(i + 1)..]) : (text, null);

    private static PawlException Malformed(string why) => Source.Invalid(
        $"The URL of PostgreSQL cannot be read: {why}. Write it like postgres://user:password@host:5432/database?sslmode=require; in a "
        + "user or a password '/', ':', '@', '?', '#' and '%' are written %2F, %3A, %40, %3F, %23 and %25.");
}
