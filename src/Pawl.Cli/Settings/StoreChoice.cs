using System.Globalization;
using System.Text;
using Npgsql;

namespace Pawl.Cli.Settings;

/// <summary>Which store <c>--store</c> names.</summary>
/// <param name="IsPostgres">PostgreSQL, else SQLite.</param>
/// <param name="ConnectionString">For the driver.</param>
/// <param name="Place">For people, without a password.</param>
/// <param name="Text">As it was given, to be given again.</param>
internal sealed record StoreChoice(bool IsPostgres, string ConnectionString, string Place, string Text)
{
    public const string Default = "sqlite:pawl.db";

    /// <summary>The kind, in the words of the API.</summary>
    public string Kind => IsPostgres ? "postgres" : "sqlite";

    /// <summary>The file of a SQLite store.</summary>
    public string Path => System.IO.Path.GetFullPath(Place);

    /// <summary>Reads the value of <c>--store</c>.</summary>
    /// <exception cref="CliException">Exit code 2 for a form that is none, 8 for a connection string that cannot be read.</exception>
    public static StoreChoice Of(string? given)
    {
        var text = given ?? Default;
        if (text.StartsWith("sqlite:", StringComparison.Ordinal) && text.Length > "sqlite:".Length)
        {
            var path = text["sqlite:".Length..];
            path = path.StartsWith("//", StringComparison.Ordinal) ? path[2..] : path;
            return new(false, new Microsoft.Data.Sqlite.SqliteConnectionStringBuilder { DataSource = path }.ConnectionString, path, text);
        }

        if (text.StartsWith("postgres://", StringComparison.Ordinal) || text.StartsWith("postgresql://", StringComparison.Ordinal))
        {
            return Postgres(OfUrl(text), text);
        }

        if (text.StartsWith("postgres:", StringComparison.Ordinal) && text.Length > "postgres:".Length)
        {
            return Postgres(text["postgres:".Length..], text);
        }

        throw CliException.Usage(
            $"--store must be sqlite:FILE, postgres:CONNECTION or postgres://URL, but was {Shown.Text(Hide(text))}",
            "such as sqlite:pawl.db, or postgres:Host=db;Database=app;Username=app");
    }

    /// <summary>The name of a token file of this store among those of others.</summary>
    public string TokenName()
    {
        var settings = new NpgsqlConnectionStringBuilder(ConnectionString);
        var name = string.Create(
            CultureInfo.InvariantCulture,
            $"{settings.Host}-{settings.Port}-{settings.Database ?? settings.Username ?? "postgres"}");
        return string.Concat(name.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_' ? letter : '_'));
    }

    private static StoreChoice Postgres(string connectionString, string text)
    {
        try
        {
            var settings = new NpgsqlConnectionStringBuilder(connectionString);
            var place = string.Create(
                CultureInfo.InvariantCulture, $"{settings.Host}:{settings.Port}/{settings.Database ?? settings.Username ?? "?"}");
            return new(true, connectionString, place, text);
        }
        catch (Exception error) when (error is ArgumentException or FormatException or OverflowException)
        {
            // Not with its cause: a password that is not in quotes would stand in the message.
            throw new CliException(
                "config_invalid",
                "the connection string behind --store postgres: cannot be read",
                "write it like postgres:Host=db;Port=5432;Database=app;Username=app;Password=…",
                ExitCode.Configuration);
        }
    }

    private static string OfUrl(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri))
        {
            throw CliException.Usage(
                $"{Shown.Text(Hide(text))} is no address of a database", "write it like postgres://user:password@host:5432/database");
        }

        var login = uri.UserInfo.Split(':', 2);
        var settings = new NpgsqlConnectionStringBuilder { Host = Uri.UnescapeDataString(uri.Host) };
        if (uri.Port > 0)
        {
            settings.Port = uri.Port;
        }

        if (login[0].Length > 0)
        {
            settings.Username = Uri.UnescapeDataString(login[0]);
        }

        if (login.Length > 1)
        {
            settings.Password = Uri.UnescapeDataString(login[1]);
        }

        if (uri.AbsolutePath.Length > 1)
        {
            settings.Database = Uri.UnescapeDataString(uri.AbsolutePath[1..]);
        }

        foreach (var part in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var pair = part.Split('=', 2);
            Set(settings, Uri.UnescapeDataString(pair[0]), Uri.UnescapeDataString(pair.Length > 1 ? pair[1] : ""));
        }

        return settings.ConnectionString;
    }

    /// <summary>The names of libpq, and those of the driver.</summary>
    private static void Set(NpgsqlConnectionStringBuilder settings, string name, string value)
    {
        try
        {
            switch (name)
            {
                case "host":
                    settings.Host = value;
                    break;
                case "sslmode":
                    settings.SslMode = Enum.Parse<SslMode>(value.Replace("-", "", StringComparison.Ordinal), ignoreCase: true);
                    break;
                case "application_name":
                    settings.ApplicationName = value;
                    break;
                case "connect_timeout":
                    settings.Timeout = int.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture);
                    break;
                case "sslrootcert":
                    settings.RootCertificate = value;
                    break;
                case "target_session_attrs":
                    settings.TargetSessionAttributes = value;
                    break;
                default:
                    settings[name] = value;
                    break;
            }
        }
        catch (Exception error) when (error is ArgumentException or FormatException or OverflowException)
        {
            throw new CliException(
                "config_invalid",
                $"the address of the database says {Shown.Text(name)}, which is no setting of it, or its value does not fit",
                null,
                ExitCode.Configuration);
        }
    }

    /// <summary>What stands before an @ may be a password, and so may what is behind Password=.</summary>
    private static string Hide(string text)
    {
        var shown = new StringBuilder(text);
        var at = text.LastIndexOf('@');
        var secret = text.IndexOf("assword", StringComparison.OrdinalIgnoreCase);
        return at < 0 && secret < 0
            ? text
            : secret >= 0 ? shown.Remove(secret, shown.Length - secret).Append("assword=***").ToString() : $"***{text[at..]}";
    }
}
