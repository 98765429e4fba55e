using Pawl.Errors;
using Xunit;

namespace Pawl.Tests.Errors;

public sealed class ExitCodeRulesTests
{
    [Theory]
    [InlineData("invalid_input", 64, 65)]
    [InlineData("not_found", 66, 67)]
    [InlineData("network", 68, 69)]
    [InlineData("resource_exhausted", 71, 73, 74)]
    [InlineData("provider_error", 75, 76)]
    [InlineData("permission", 77)]
    [InlineData("configuration", 72, 78, 126, 127)]
    [InlineData("timeout", 124)]
    [InlineData("internal", 70, 1, 2, 3, 63, 79, 125, 128, 129, 131, 141, 255, 256, -1)]
    public void A_code_has_the_category_of_the_model(string category, params int[] codes)
    {
        foreach (var code in codes)
        {
            var verdict = ExitCodeRules.Verdict(code, StopCause.None);

            Assert.Equal((code, category), (code, Words.Of(verdict!.Category)));
            Assert.Equal(($"exit.{code}", code), (verdict.Rule, verdict.ExitCode));
        }
    }

    [Theory]
    [InlineData(130, StopCause.None, "internal", "killed")]
    [InlineData(143, StopCause.None, "internal", "killed")]
    [InlineData(130, StopCause.User, "cancelled", null)]
    [InlineData(143, StopCause.User, "cancelled", null)]
    [InlineData(143, StopCause.Host, "interrupted", null)]
    [InlineData(143, StopCause.Timeout, "timeout", null)]
    [InlineData(137, StopCause.None, "resource_exhausted", "killed")]
    [InlineData(137, StopCause.User, "cancelled", null)]
    [InlineData(137, StopCause.Timeout, "timeout", null)]
    [InlineData(134, StopCause.None, "internal", "crashed")]
    [InlineData(139, StopCause.User, "internal", "crashed")]
    [InlineData(75, StopCause.None, "provider_error", "temporary")]
    internal void Death_by_a_signal_is_judged_by_who_sent_it(int exitCode, StopCause stop, string category, string? code)
    {
        var verdict = ExitCodeRules.Match(new CommandFailedException(exitCode, "no"), stop);

        Assert.Equal((category, code), (Words.Of(verdict!.Category), verdict.Code));
        Assert.Equal(exitCode, verdict.ExitCode);
    }

    [Fact]
    public void Zero_is_a_success_and_yet_a_handler_may_call_it_a_failure()
    {
        Assert.Null(ExitCodeRules.Verdict(0, StopCause.None));
        Assert.Equal(ErrorCategory.Internal, ExitCodeRules.Match(new CommandFailedException(0, "no"), StopCause.None)!.Category);
    }

    [Fact]
    public void The_end_of_standard_error_is_kept()
    {
        var verdict = ExitCodeRules.Match(new CommandFailedException(1, "no", new string('x', 20_000) + "the end"), StopCause.None);

        var kept = verdict!.Detail!["standard_error"]!.GetValue<string>();
        Assert.Equal(16_384, kept.Length);
        Assert.EndsWith("the end", kept, StringComparison.Ordinal);
    }

    [Fact]
    public void A_last_line_that_is_an_error_wins_over_the_code()
    {
        const string Line =
            """{"error":{"category":"rate_limited","retry_after_ms":60000,"message":"slow down","code":"busy","detail":{"n":1}}}""";

        var verdict = ExitCodeRules.Match(new CommandFailedException(64, "no", null, Line), StopCause.None);

        Assert.Equal((ErrorCategory.RateLimited, "category.rate_limited", "busy"), (verdict!.Category, verdict.Rule, verdict.Code));
        Assert.Equal((TimeSpan.FromMinutes(1), "slow down", 64), (verdict.RetryAfter, verdict.Message, verdict.ExitCode));
        Assert.Equal("""{"n":1}""", verdict.Detail!.ToJsonString());
    }

    [Theory]
    [InlineData("""{"error":"no luck"}""", "internal", "no luck")]
    [InlineData("""{"error":{"http_status":404}}""", "not_found", null)]
    [InlineData("""{"error":{"exit_code":77}}""", "permission", null)]
    [InlineData("""{"error":{"errorType":"job_manager_initialization_failure"}}""", "internal", null)]
    [InlineData("""{"error":{"category":"no_such","message":"x"}}""", "internal", "x")]
    [InlineData("""  {"error":{"category":"auth","retry_after_ms":-1}}""", "auth", null)]
    [InlineData("""{"error":{"category":7,"code":[],"http_status":"x","exit_code":1e99,"message":{}}}""", "internal", null)]
    public void A_reported_error_is_read_as_far_as_it_goes(string line, string category, string? message)
    {
        var verdict = ReportedError.FromLine(line, StopCause.None);

        Assert.Equal((category, message), (Words.Of(verdict!.Category), verdict.Message));
        Assert.Null(verdict.RetryAfter);
    }

    [Theory]
    [InlineData("""{"error":{"category":"network","retryable":false}}""", Disposition.Fail)]
    [InlineData("""{"error":{"category":"not_found","retryable":true}}""", Disposition.Retry)]
    [InlineData("""{"error":{"category":"network","retryable":true}}""", null)]
    [InlineData("""{"error":{"category":"rate_limited","retryable":false}}""", null)]
    [InlineData("""{"error":{"category":"network"}}""", null)]
    public void Retryable_is_a_hint_where_the_category_would_retry_or_fail(string line, Disposition? disposition) =>
        Assert.Equal(disposition, ReportedError.FromLine(line, StopCause.None)!.Disposition);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("done")]
    [InlineData("{broken")]
    [InlineData("""{"error":null}""")]
    [InlineData("""{"error":[1]}""")]
    [InlineData("""{"error":{},"progress":{}}""")]
    [InlineData("""{"error":{},"error":{}}""")]
    [InlineData("""{"progress":{"done":4}}""")]
    public void A_line_that_is_no_error_leaves_the_word_to_the_code(string? line)
    {
        var verdict = ExitCodeRules.Match(new CommandFailedException(77, "no", null, line), StopCause.None);

        Assert.Equal(ErrorCategory.Permission, verdict!.Category);
    }
}
