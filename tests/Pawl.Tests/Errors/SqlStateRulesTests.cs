using Pawl.Errors;
using Xunit;

namespace Pawl.Tests.Errors;

public sealed class SqlStateRulesTests
{
    [Theory]
    [InlineData("schema_missing", "42P01", "3F000")]
    [InlineData("resource_exhausted", "53100", "53200")]
    [InlineData("database_transient", "40001", "40P01", "53300", "57P01", "57P02", "57P03", "25006")]
    [InlineData("lock_contention", "55P03")]
    [InlineData("timeout", "57014")]
    [InlineData("network", "08000", "08001", "08006")]
    [InlineData("conflict", "23505")]
    [InlineData("invalid_input", "23502", "23503", "23514", "22001", "22P02")]
    [InlineData("auth", "28000", "28P01")]
    [InlineData("permission", "42501")]
    [InlineData("configuration", "42601", "42703", "42883")]
    public void A_state_has_the_category_of_the_model_whatever_the_driver_calls_transient(string category, params string[] states)
    {
        foreach (var state in states)
        {
            foreach (var transient in (bool[])[false, true])
            {
                var verdict = ExceptionRules.Match(Made.Database(state, transient), StopCause.None);

                Assert.Equal((category, $"sqlstate.{state}"), (Words.Of(verdict!.Category), verdict.Rule));
            }
        }
    }

    [Theory]
    [InlineData(StopCause.User, "cancelled")]
    [InlineData(StopCause.Host, "interrupted")]
    [InlineData(StopCause.Timeout, "timeout")]
    internal void A_statement_that_we_stopped_is_judged_by_who_asked_for_it(StopCause stop, string category) =>
        Assert.Equal(category, Words.Of(ExceptionRules.Match(Made.Database("57014"), stop)!.Category));

    [Theory]
    [InlineData(null)]
    [InlineData("58030")]
    [InlineData("")]
    public void Where_the_state_says_nothing_the_driver_is_believed(string? state)
    {
        var transient = ExceptionRules.Match(Made.Database(state, transient: true), StopCause.None);

        Assert.Equal((ErrorCategory.DatabaseTransient, "database.transient"), (transient!.Category, transient.Rule));
        Assert.Null(ExceptionRules.Match(Made.Database(state), StopCause.None));
    }
}
