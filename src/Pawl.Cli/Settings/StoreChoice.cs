using System.Globalization;
using System.Text;
using Npgsql;
using Pawl.Postgres;

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

        if (PostgresUrl.Is(text))
        {
            return Postgres(PostgresUrl.Read(text).ConnectionString, text);
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
