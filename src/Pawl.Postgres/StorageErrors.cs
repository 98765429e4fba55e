using System.Net.Sockets;
using System.Security.Authentication;
using Npgsql;

namespace Pawl.Postgres;

/// <summary>What an error of the database means for a caller. What bears an exit code will not go away by itself.</summary>
internal static class StorageErrors
{
    private const int LeastMajor = 13;
    private const string IdleInTransaction = "25P03";

    /// <summary>What kept a connection from being opened.</summary>
    public static Exception ExplainOpening(Exception error, string place) => error switch
    {
        PostgresException refused => refused.SqlState switch
        {
            PostgresErrorCodes.InvalidCatalogName => new PawlException(
                "storage_database_unknown",
                $"There is no such database: PostgreSQL at '{place}' says \"{refused.MessageText}\". Create it, or correct Database=… in "
                + "the connection string.",
                refused,
                exitCode: 8),
            ['2', '8', ..] => LoginRefused(refused, refused.MessageText, place),
            PostgresErrorCodes.InsufficientPrivilege => LoginRefused(refused, refused.MessageText, place),   // no right to connect
            ['0', '8', ..] when refused.MessageText.Contains("authentication", StringComparison.OrdinalIgnoreCase) =>
                LoginRefused(refused, refused.MessageText, place),   // PgBouncer says it so
            _ => Explain(refused, place),
        },
        NpgsqlException { InnerException: AuthenticationException inner } => LoginRefused(error, inner.Message, place),
        NpgsqlException when error.Message.Contains("SSL", StringComparison.Ordinal) => LoginRefused(error, error.Message, place),
        NpgsqlException when error.Message.StartsWith("No password", StringComparison.Ordinal) => LoginRefused(error, error.Message, place),
        NpgsqlException { InnerException: null } when error.Message.StartsWith("No suitable host", StringComparison.Ordinal) =>
            ReadOnly(error, place),
        NpgsqlException { InnerException: AggregateException several } => OfSeveral(error, several, place),
        NpgsqlException when IsFull(error) => Busy(error, "all connections of the data source are in use"),
        NpgsqlException or SocketException or TimeoutException or IOException => new PawlException(
            "storage_unreachable",
            $"PostgreSQL at '{place}' cannot be reached: {Reason(error)}. Start it, or correct Host=… and Port=… in the "
            + "connection string; Pawl goes on by itself as soon as it answers.",
            error),
        _ => error,
    };

    /// <summary>What ended a call that had its connection. Nothing of it was stored.</summary>
    public static Exception Explain(Exception error, string place) => error switch
    {
        PostgresException known => Explain(known, place),
        NpgsqlException { InnerException: TimeoutException } => Unavailable(error, place, "it did not answer in time"),
        NpgsqlException or SocketException or IOException => Unavailable(error, place, Reason(error)),
        _ => error,
    };

    /// <summary>The connection broke after the commit was sent and before its answer came.</summary>
    public static PawlException Unanswered(Exception error, string place) => new(
        "storage_unanswered",
        $"The connection to PostgreSQL at '{place}' broke while a commit was on its way ({Reason(error)}): whether it is stored is not "
        + "known. Ask again with the same idempotency key, or look whether it is there.",
        error);

    /// <summary>Whether the connection is what failed, so that another one may do better at once.</summary>
    public static bool IsBroken(Exception error) => error switch
    {
        PostgresException known => known.SqlState is ['0', '8', ..] or ['5', '7', 'P', '0', '1' or '2' or '3' or '5']
            or IdleInTransaction,
        NpgsqlException { InnerException: TimeoutException } => false,   // the server is slow: once more would be slower
        NpgsqlException or SocketException or IOException => true,
        _ => false,
    };

    /// <summary>Whether an answer to a commit says for certain that nothing was stored.</summary>
    public static bool IsAnswer(Exception error) => error is PostgresException known
        && known.SqlState is not (['0', '8', ..] or ['5', '7', 'P', ..] or ['5', '8', ..] or ['X', 'X', ..]
            or PostgresErrorCodes.QueryCanceled);

    /// <summary>The version, where it is supported.</summary>
    public static Version RefuseOld(Version version, string place) => version.Major >= LeastMajor
        ? version
        : throw new PawlException(
            "storage_too_old",
            $"PostgreSQL at '{place}' is version {version}, but Pawl needs {LeastMajor} or newer. Upgrade the server; nothing was changed.",
            exitCode: 8);

    public static PawlException ReadOnly(Exception? error, string place) => new(
        "storage_readonly",
        $"PostgreSQL at '{place}' takes no writes: it is a standby, or set to read-only. Nothing was stored. Name the primary, or all "
        + "hosts with Target Session Attributes=read-write; Pawl goes on by itself as soon as it takes writes.",
        error);

    /// <summary>A role that may not make the tables.</summary>
    public static PawlException NoRight(PostgresException error, string place) => new(
        "storage_permission",
        $"The role of the connection string may not apply the tables of Pawl at '{place}': \"{error.MessageText}\". Let a role that may "
        + "create a schema in this database start the program once, or apply the script by hand with Pawl:Schema:Migrate=false, and grant "
        + "this role usage on schema pawl and all rights on its tables and sequences. Nothing was changed.",
        error,
        exitCode: 8);

    private static Exception Explain(PostgresException error, string place) => error.SqlState switch
    {
        PostgresErrorCodes.DiskFull => new PawlException(
            "storage_full",
            $"The disk of PostgreSQL at '{place}' is full, so nothing was stored. Free some space; no restart is needed.",
            error),
        PostgresErrorCodes.ReadOnlySqlTransaction => ReadOnly(error, place),
        PostgresErrorCodes.TooManyConnections or PostgresErrorCodes.ConfigurationLimitExceeded =>
            Busy(error, $"the server at '{place}' gives no more (\"{error.MessageText}\")"),
        PostgresErrorCodes.QueryCanceled =>
            Busy(error, $"a statement took longer than a statement_timeout at '{place}' allows, or somebody cancelled it"),
        PostgresErrorCodes.LockNotAvailable => Busy(
            error,
            "others held locks for too long; a transaction of the program that is still open and shows the same unique or idempotency key "
            + "is one of those"),
        PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure =>
            Busy(error, "others were in the way again and again"),
        PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName => new PawlException(
            "waiting_for_schema",
            $"Tables of Pawl are missing at '{place}' (\"{error.MessageText}\"): restore them from a backup, or apply the script by hand. "
            + "Nothing was stored.",
            error),
        PostgresErrorCodes.InsufficientPrivilege => new PawlException(
            "storage_permission",
            $"The role of the connection string lacks a right at '{place}': \"{error.MessageText}\". Grant it usage on schema pawl and all "
            + "rights on its tables and sequences; nothing was stored.",
            error),
        ['0', '8', ..] or ['5', '7', 'P', ..] or ['5', '3', ..] or ['5', '8', ..]
            or IdleInTransaction => Unavailable(error, place, error.MessageText),

        // A statement it will never take: the same again would be refused again.
        _ => new PawlException(
            "internal",
            $"PostgreSQL at '{place}' refused a statement of Pawl ({error.SqlState}: {error.MessageText}). Nothing was stored. Report "
            + "this.",
            error),
    };

    private static PawlException OfSeveral(Exception error, AggregateException several, string place)
    {
        var all = several.InnerExceptions.Select(inner => ExplainOpening(inner, place)).OfType<PawlException>().ToList();
        return all.Find(inner => inner.ExitCode is not null) ?? new PawlException(
            "storage_unreachable",
            $"No host of '{place}' can be reached and takes writes: "
            + $"{string.Join("; ", several.InnerExceptions.Select(Reason).Distinct(StringComparer.Ordinal))}. Start one, or correct "
            + "Host=… in the connection string; Pawl goes on by itself as soon as one answers.",
            error);
    }

    private static PawlException LoginRefused(Exception error, string reason, string place) => new(
        "storage_login_refused",
        $"PostgreSQL at '{place}' refused the login: \"{reason}\". Correct Username=…, Password=… or SSL Mode=… in the connection "
        + "string, or pg_hba.conf on the server.",
        error,
        exitCode: 8);

    private static PawlException Busy(Exception error, string reason) => new(
        "storage_busy", $"PostgreSQL is busy: {reason}. Nothing was stored; ask again.", error);

    private static PawlException Unavailable(Exception error, string place, string reason) => new(
        "storage_unavailable",
        $"PostgreSQL at '{place}' does not answer: {reason}. Nothing was stored; ask again. Pawl goes on by itself as soon as it answers.",
        error);

    private static bool IsFull(Exception error) => error.Message.Contains("pool has been exhausted", StringComparison.Ordinal);

    /// <summary>The innermost reason, which is the plainest.</summary>
    private static string Reason(Exception error)
    {
        var inner = error;
        while (inner.InnerException is { } deeper)
        {
            inner = deeper;
        }

        return (inner is TimeoutException ? "no answer in time"
            : inner is EndOfStreamException ? "the connection was closed"
            : inner is PostgresException known ? known.MessageText
            : inner.Message).TrimEnd('.');
    }
}
