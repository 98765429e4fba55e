using System.Data.Common;

namespace Pawl.Errors;

/// <summary>What the SQLSTATE of a database error means.</summary>
/// <remarks>
/// It is read before <see cref="DbException.IsTransient"/>, which is also true where waiting a few seconds cannot help (a full disk).
/// </remarks>
internal static class SqlStateRules
{
    /// <summary>Null if neither the state nor the driver says anything.</summary>
    public static ErrorVerdict? Match(DbException exception, StopCause stop)
    {
        if (exception.SqlState is { Length: 5 } state)
        {
            if (state == "57014" && StopRules.Verdict(stop) is { } stopped)
            {
                return stopped;
            }

            if (Category(state) is { } known)
            {
                return new() { Category = known, Rule = $"sqlstate.{state}", Code = $"sqlstate_{state}" };
            }
        }

        if (exception.IsTransient)
        {
            return new() { Category = ErrorCategory.DatabaseTransient, Rule = "database.transient" };
        }

        return exception.GetType().FullName == "Npgsql.NpgsqlException"
            && exception.Message.Contains("pool has been exhausted", StringComparison.OrdinalIgnoreCase)
            ? new() { Category = ErrorCategory.DatabaseTransient, Rule = "database.pool_exhausted", Code = "pool_exhausted" }
            : null;
    }

    /// <summary>The category of a state; null if the table does not hold it.</summary>
    public static ErrorCategory? Category(string state) => state switch
    {
        "42P01" or "3F000" => ErrorCategory.SchemaMissing,
        "53100" or "53200" => ErrorCategory.ResourceExhausted,
        "40001" or "40P01" or "53300" or "57P01" or "57P02" or "57P03" or "25006" => ErrorCategory.DatabaseTransient,
        "55P03" => ErrorCategory.LockContention,
        "57014" => ErrorCategory.Timeout,
        "23505" => ErrorCategory.Conflict,
        "42501" => ErrorCategory.Permission,
        _ => state[..2] switch
        {
            "08" => ErrorCategory.Network,
            "22" or "23" => ErrorCategory.InvalidInput,
            "28" => ErrorCategory.Auth,
            "42" => ErrorCategory.Configuration,
            _ => null,
        },
    };
}
