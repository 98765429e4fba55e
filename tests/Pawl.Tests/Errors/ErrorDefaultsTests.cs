using Pawl.Errors;
using Xunit;

namespace Pawl.Tests.Errors;

public sealed class ErrorDefaultsTests
{
    [Theory]
    [InlineData("network", "retry", true)]
    [InlineData("timeout", "retry", true)]
    [InlineData("rate_limited", "snooze", false)]
    [InlineData("quota_exhausted", "snooze", false)]
    [InlineData("provider_error", "retry", true)]
    [InlineData("database_transient", "snooze", false)]
    [InlineData("lock_contention", "snooze", false)]
    [InlineData("circuit_open", "snooze", false)]
    [InlineData("schema_missing", "snooze", false)]
    [InlineData("auth", "retry", true)]
    [InlineData("resource_exhausted", "retry", true)]
    [InlineData("internal", "retry", true)]
    [InlineData("permission", "fail", false)]
    [InlineData("configuration", "fail", false)]
    [InlineData("not_found", "fail", false)]
    [InlineData("invalid_input", "fail", false)]
    [InlineData("too_large", "fail", false)]
    [InlineData("unsupported", "fail", false)]
    [InlineData("content_policy", "fail", false)]
    [InlineData("conflict", "fail", false)]
    [InlineData("plan_invalid", "fail", false)]
    [InlineData("dependency_failed", "cancel", false)]
    [InlineData("cancelled", "cancel", false)]
    [InlineData("interrupted", "release", false)]
    [InlineData("lost", "requeue", false)]
    public void A_category_leads_to_what_the_model_says(string category, string disposition, bool usesBudget)
    {
        var usual = ErrorDefaults.Of(Words.Parse<ErrorCategory>(category));

        Assert.Equal(disposition, Words.Of(usual.Disposition));
        Assert.Equal(usesBudget, usual.UsesBudget);
        Assert.Equal(category, usual.Code);
    }

    [Fact]
    public void Every_category_has_a_row()
    {
        Assert.Equal(25, Enum.GetValues<ErrorCategory>().Length);
        Assert.All(Enum.GetValues<ErrorCategory>(), category => Assert.Equal(Words.Of(category), ErrorDefaults.Of(category).Code));
    }
}
