using Microsoft.Data.Sqlite;
using Pawl.Errors;
using Pawl.Sqlite;
using Xunit;

namespace Pawl.Tests.Errors;

public sealed class SqliteErrorsTests
{
    private static readonly Classifier Classifier = new([new SqliteErrors()]);

    [Theory]
    [InlineData(5, 5, "database_transient", "sqlite.5")]
    [InlineData(5, 517, "database_transient", "sqlite.5")]
    [InlineData(6, 6, "database_transient", "sqlite.6")]
    [InlineData(17, 17, "database_transient", "sqlite.17")]
    [InlineData(7, 7, "resource_exhausted", "sqlite.7")]
    [InlineData(10, 1034, "resource_exhausted", "sqlite.10")]
    [InlineData(13, 13, "resource_exhausted", "sqlite.13")]
    [InlineData(3, 3, "permission", "sqlite.3")]
    [InlineData(23, 23, "permission", "sqlite.23")]
    [InlineData(8, 8, "configuration", "sqlite.8")]
    [InlineData(14, 14, "configuration", "sqlite.14")]
    [InlineData(19, 2067, "conflict", "sqlite.2067")]
    [InlineData(19, 1555, "conflict", "sqlite.1555")]
    [InlineData(19, 787, "invalid_input", "sqlite.787")]
    [InlineData(19, 1299, "invalid_input", "sqlite.1299")]
    [InlineData(20, 20, "invalid_input", "sqlite.20")]
    [InlineData(18, 18, "too_large", "sqlite.18")]
    [InlineData(1, 1, "internal", "internal")]
    [InlineData(2, 2, "internal", "internal")]
    public void A_code_has_the_category_of_the_model(int code, int extended, string category, string rule)
    {
        var verdict = Classifier.Classify(new SqliteException("no", code, extended), [], StopCause.None, DateTimeOffset.UnixEpoch);

        Assert.Equal((category, rule), (Words.Of(verdict.Category), verdict.Rule));
        Assert.Null(verdict.Disposition);
    }

    [Theory]
    [InlineData(11)]
    [InlineData(26)]
    public void A_damaged_file_is_internal_and_not_tried_again(int code)
    {
        var verdict = new SqliteErrors().Classify(new SqliteException("no", code));

        Assert.Equal((ErrorCategory.Internal, Disposition.Fail), (verdict!.Category, verdict.Disposition));
    }

    [Theory]
    [InlineData(StopCause.User, "cancelled")]
    [InlineData(StopCause.Host, "interrupted")]
    [InlineData(StopCause.Timeout, "timeout")]
    [InlineData(StopCause.None, "internal")]
    internal void An_interrupt_is_judged_by_who_asked_for_it(StopCause stop, string category)
    {
        var verdict = Classifier.Classify(new SqliteException("interrupted", 9), [], stop, DateTimeOffset.UnixEpoch);

        Assert.Equal(category, Words.Of(verdict.Category));
    }

    [Fact]
    public void The_driver_s_own_errors_are_known()
    {
        using var connection = new SqliteConnection("Data Source=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();

        Assert.Equal(ErrorCategory.SchemaMissing, Run("select * from nowhere").Category);
        Run("create table t (k text not null primary key, n text check (length(n) < 3))");
        Run("insert into t values ('a', 'b')");
        Assert.Equal(ErrorCategory.Conflict, Run("insert into t values ('a', 'b')").Category);
        Assert.Equal(ErrorCategory.InvalidInput, Run("insert into t values ('b', 'long')").Category);
        Assert.Equal(ErrorCategory.Internal, Run("no sql at all").Category);

        ErrorVerdict Run(string sql)
        {
            command.CommandText = sql;
            var thrown = Record.Exception(() => command.ExecuteNonQuery());
            return thrown is null
                ? new() { Category = ErrorCategory.Lost, Rule = "none" }
                : Classifier.Classify(thrown, [], StopCause.None, DateTimeOffset.UnixEpoch);
        }
    }
}
