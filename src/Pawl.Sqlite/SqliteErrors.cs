using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Pawl.Sqlite;

/// <summary>What the codes of SQLite mean.</summary>
/// <remarks>The driver never says that an error is transient, so the codes have to.</remarks>
internal sealed class SqliteErrors : IErrorClassifier
{
    /// <inheritdoc/>
    public ErrorVerdict? Classify(Exception exception) =>
        exception is SqliteException sqlite ? Verdict(sqlite.SqliteErrorCode, sqlite.SqliteExtendedErrorCode, sqlite.Message) : null;

    private static ErrorVerdict? Verdict(int code, int extended, string message) => code switch
    {
        1 when message.Contains("no such table", StringComparison.OrdinalIgnoreCase) => Named(ErrorCategory.SchemaMissing, code),
        3 or 23 => Named(ErrorCategory.Permission, code),
        5 or 6 or 17 => Named(ErrorCategory.DatabaseTransient, code),
        7 or 10 or 13 => Named(ErrorCategory.ResourceExhausted, code),
        8 or 14 => Named(ErrorCategory.Configuration, code),

        // INTERRUPT: a token stopped the statement; the engine knows whose.
        9 => Named(ErrorCategory.Cancelled, code),

        // A damaged file is not mended by trying again.
        11 or 26 => Named(ErrorCategory.Internal, code) with { Disposition = Disposition.Fail },
        18 => Named(ErrorCategory.TooLarge, code),
        19 => Named(extended is 2067 or 1555 ? ErrorCategory.Conflict : ErrorCategory.InvalidInput, extended),
        20 => Named(ErrorCategory.InvalidInput, code),
        _ => null,
    };

    private static ErrorVerdict Named(ErrorCategory category, int code) => new()
    {
        Category = category,
        Rule = string.Create(CultureInfo.InvariantCulture, $"sqlite.{code}"),
        Code = string.Create(CultureInfo.InvariantCulture, $"sqlite_{code}"),
    };
}
