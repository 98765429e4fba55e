using System.Globalization;
using Npgsql;

namespace Pawl.Postgres;

/// <summary>Where the database is and how it is connected to, made of a connection string and the settings.</summary>
internal static class Source
{
    public const int LeastPool = 4;
    public const int MostPool = 1_000;

    private const string Application = "pawl";

    // A server that was promoted, or is back, is found again this soon.
    private const int HostRecheck = 2;

    // The driver tells the age of a connection by the wall clock, an hour by default: a clock set forward by one would close all at once,
    // and what must be stored in that moment would wait for new ones. A day is as good, and no clock is a day off.
    private const int ConnectionLifetime = 86_400;

    private static readonly string[] SecretWords = ["passw", "pwd", "psw", "secret", "token"];
    private static int _made;

    /// <summary>The connection string as it is used.</summary>
    /// <exception cref="PawlException"><c>config_invalid</c>.</exception>
    public static NpgsqlConnectionStringBuilder Settings(string connectionString, PostgresOptions options)
    {
        var given = Parse(connectionString);
        var settings = Parse(connectionString);
        settings.MinPoolSize = options.PoolMin ?? (Says("Minimum Pool Size") ? settings.MinPoolSize : 2);
        settings.MaxPoolSize = options.PoolMax ?? (Says("Maximum Pool Size") ? settings.MaxPoolSize : 20);
        settings.ConnectionIdleLifetime =
            Seconds(options.IdleTimeout) ?? (Says("Connection Idle Lifetime") ? settings.ConnectionIdleLifetime : 30);
        settings.ConnectionLifetime = Says("Connection Lifetime") ? settings.ConnectionLifetime : ConnectionLifetime;
        settings.ConnectionPruningInterval = Math.Min(settings.ConnectionPruningInterval, settings.ConnectionIdleLifetime);
        settings.Timeout = Seconds(options.ConnectTimeout) ?? (Says("Timeout") ? settings.Timeout : 2);
        settings.ApplicationName ??= Application;

        // Nothing of a session is ever left behind, so there is nothing to take back; and behind PgBouncer in transaction mode it would be
        // another's session.
        settings.NoResetOnClose = true;
        settings.MaxAutoPrepare = 0;
        settings.Enlist = false;
        settings.Multiplexing = false;
        settings.Pooling = true;
        settings.IncludeErrorDetail = false;   // holds values of rows, which may be secrets
        if (!Says("TCP Keepalive") && settings.Host?.Split(',').All(host => !host.TrimStart().StartsWith('/')) == true)
        {
            settings.TcpKeepAlive = true;
            settings.TcpKeepAliveTime = 30;
            settings.TcpKeepAliveInterval = 10;
        }

        Target(settings, Says("Host Recheck Seconds"));
        Check(settings);
        return settings;

        bool Says(string keyword) => given.ShouldSerialize(keyword);
    }

    /// <summary>Makes the data source. Each has a name of its own, by which its connections are counted.</summary>
    public static (NpgsqlDataSource Source, string Name) Make(
        NpgsqlConnectionStringBuilder settings, Action<NpgsqlConnection> begin, Func<NpgsqlConnection, Task> beginAsync)
    {
        var number = Interlocked.Increment(ref _made);
        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString)
        {
            Name = number == 1 ? Application : string.Create(CultureInfo.InvariantCulture, $"{Application}-{number}"),
        };
        builder.UsePhysicalConnectionInitializer(begin, beginAsync);
        return (settings.Host!.Contains(',', StringComparison.Ordinal) ? builder.BuildMultiHost() : builder.Build(), builder.Name);
    }

    /// <summary>Checks the pool of a data source, whoever made it.</summary>
    public static void Check(NpgsqlConnectionStringBuilder settings)
    {
        if (settings.MaxPoolSize is < LeastPool or > MostPool)
        {
            throw Invalid(string.Create(
                CultureInfo.InvariantCulture,
                $"Pawl:Postgres:PoolMax (Maximum Pool Size in the connection string) must be between {LeastPool} and {MostPool}, but was "
                + $"{settings.MaxPoolSize}: beside the calls, a sign of life, the making of a new queue and the listening each need a "
                + $"connection. Set it in appsettings.json or with UsePostgres(…, o => o.PoolMax = …)."));
        }

        if (settings.MinPoolSize > settings.MaxPoolSize)
        {
            throw Invalid(string.Create(
                CultureInfo.InvariantCulture,
                $"Pawl:Postgres:PoolMin (Minimum Pool Size in the connection string) must be between 0 and the most there may be "
                + $"({settings.MaxPoolSize}), but was {settings.MinPoolSize}. Set it in appsettings.json or with "
                + $"UsePostgres(…, o => o.PoolMin = …)."));
        }
    }

    /// <summary>The address for people: hosts and database, without secrets.</summary>
    public static string Place(NpgsqlConnectionStringBuilder settings)
    {
        var hosts = (settings.Host ?? "?").Split(',').Select(host => host.Trim())
            .Select(host => host.StartsWith('/') || host.LastIndexOf(':') > host.LastIndexOf(']')
                ? host
                : string.Create(CultureInfo.InvariantCulture, $"{host}:{settings.Port}"));
        return $"{string.Join(',', hosts)}/{settings.Database ?? settings.Username ?? "?"}";
    }

    public static PawlException Invalid(string message, Exception? cause = null) => new("config_invalid", message, cause, exitCode: 8);

    /// <summary>Only a server that takes writes will do. With one host there is nothing to choose, and the first look tells.</summary>
    private static void Target(NpgsqlConnectionStringBuilder settings, bool saysRecheck)
    {
        if (string.IsNullOrWhiteSpace(settings.Host))
        {
            throw Invalid("The connection string for PostgreSQL names no host. Write Host=… into it.");
        }

        var target = settings.TargetSessionAttributes;
        if (target is not (null or "any" or "read-write" or "primary" or "prefer-primary"))
        {
            throw Invalid(
                $"The connection string for PostgreSQL asks for Target Session Attributes={target}, but jobs must be written. Say "
                + "read-write or primary.");
        }

        if (!settings.Host.Contains(',', StringComparison.Ordinal))
        {
            settings.Remove("Target Session Attributes");
            return;
        }

        settings.TargetSessionAttributes = target == "primary" ? "primary" : "read-write";
        settings.HostRecheckSeconds = saysRecheck ? settings.HostRecheckSeconds : HostRecheck;
    }

    private static NpgsqlConnectionStringBuilder Parse(string connectionString)
    {
        if (PostgresUrl.Is(connectionString))
        {
            return PostgresUrl.Read(connectionString);
        }

        try
        {
            return new NpgsqlConnectionStringBuilder(connectionString);
        }
        catch (Exception error) when (error is ArgumentException or FormatException or OverflowException)
        {
            // Not with its cause: a password that is not in quotes is taken for settings, and would stand in the message.
            var keyword = error is ArgumentException { ParamName: { } name } && IsBeforeSecret(connectionString, name) ? name : null;
            throw Invalid(
                "The connection string for PostgreSQL cannot be read"
                + (keyword is null ? ". " : $": {Shown.Text(keyword)} is no setting of it, or its value does not fit. ")
                + "Write it like Host=db;Port=5432;Database=app;Username=app;Password=…; a value with ';', '=' or quotes in it stands in "
                + "double quotes.");
        }
    }

    /// <summary>Whether a keyword stands before any password, so that it is none itself.</summary>
    private static bool IsBeforeSecret(string connectionString, string keyword)
    {
        var secrets = SecretWords.Select(word => connectionString.IndexOf(word, StringComparison.OrdinalIgnoreCase))
            .Where(at => at >= 0);
        var at = connectionString.IndexOf(keyword, StringComparison.OrdinalIgnoreCase);
        return at >= 0 && secrets.All(secret => at <= secret);
    }

    private static int? Seconds(TimeSpan? length) => length is { } known ? (int)Math.Ceiling(known.TotalSeconds) : null;
}
