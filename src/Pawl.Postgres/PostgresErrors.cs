using Npgsql;

namespace Pawl.Postgres;

/// <summary>What the codes of PostgreSQL mean, for handlers that use it.</summary>
/// <remarks>Read before the driver's own <c>IsTransient</c>, which calls a full disk passing.</remarks>
internal sealed class PostgresErrors : IErrorClassifier
{
    /// <inheritdoc/>
    public ErrorVerdict? Classify(Exception exception) => exception switch
    {
        PostgresException known => Verdict(known.SqlState),
        NpgsqlException { InnerException: TimeoutException } other when !IsFull(other) => Named(ErrorCategory.Timeout, "timeout"),
        NpgsqlException other when other.IsTransient || IsFull(other) => Named(ErrorCategory.DatabaseTransient, "connection"),
        _ => null,
    };

    private static ErrorVerdict? Verdict(string state) => state switch
    {
        "42P01" or "3F000" => Named(ErrorCategory.SchemaMissing, state),
        "53100" or "53200" => Named(ErrorCategory.ResourceExhausted, state),
        "40001" or "40P01" or "53300" or "57P01" or "57P02" or "57P03" or "25006" => Named(ErrorCategory.DatabaseTransient, state),
        "55P03" => Named(ErrorCategory.LockContention, state),
        "57014" => Named(ErrorCategory.Timeout, state),
        "23505" => Named(ErrorCategory.Conflict, state),
        "42501" => Named(ErrorCategory.Permission, state),
        ['0', '8', ..] => Named(ErrorCategory.Network, state),
        ['2', '2' or '3', ..] => Named(ErrorCategory.InvalidInput, state),
        ['2', '8', ..] => Named(ErrorCategory.Auth, state),
        ['4', '2', ..] => Named(ErrorCategory.Configuration, state),
        _ => null,
    };

    private static bool IsFull(NpgsqlException error) => error.Message.Contains("pool has been exhausted", StringComparison.Ordinal);

    private static ErrorVerdict Named(ErrorCategory category, string state) =>
        new() { Category = category, Rule = $"postgres.{state}", Code = $"postgres_{state.ToLowerInvariant()}" };
}
