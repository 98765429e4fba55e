using System.Net;
using Pawl.Errors;
using Xunit;

namespace Pawl.Tests.Errors;

public sealed class ClassifierTests
{
    private static readonly ErrorRule[] Gone = [ErrorRule.ForException<RepositoryGone>(ErrorCategory.NotFound)];

    [Fact]
    public void What_the_handler_says_goes_before_every_rule()
    {
        var thrown = new JobException(ErrorCategory.RateLimited, "slow", "busy", TimeSpan.FromSeconds(9));
        ErrorRule[] rules = [ErrorRule.ForException<Exception>(ErrorCategory.Conflict)];

        var verdict = Classify(thrown, rules, registered: new Says(ErrorCategory.Auth));

        Assert.Equal((ErrorCategory.RateLimited, "category.rate_limited", "busy"), (verdict.Category, verdict.Rule, verdict.Code));
        Assert.Equal(TimeSpan.FromSeconds(9), verdict.RetryAfter);
    }

    [Fact]
    public void The_type_s_own_rule_goes_before_classifiers_and_tables()
    {
        ErrorRule[] rules = [ErrorRule.ForException<TimeoutException>(ErrorCategory.Conflict)];

        var verdict = Classify(new TimeoutException(), rules, registered: new Says(ErrorCategory.Auth));

        Assert.Equal((ErrorCategory.Conflict, "type.TimeoutException"), (verdict.Category, verdict.Rule));
    }

    [Fact]
    public void A_rule_holds_for_derived_exceptions_and_the_first_match_wins()
    {
        ErrorRule[] rules =
        [
            ErrorRule.ForException<IOException>(ErrorCategory.Auth),
            ErrorRule.ForException<FileNotFoundException>(ErrorCategory.Conflict),
        ];

        Assert.Equal(ErrorCategory.Auth, Classify(new FileNotFoundException(), rules).Category);
        Assert.Equal(ErrorCategory.NotFound, Classify(new RepositoryGone(), Gone).Category);
    }

    [Fact]
    public void A_registered_classifier_goes_before_the_tables_and_one_that_throws_is_passed_over()
    {
        Assert.Equal(ErrorCategory.Auth, Classify(new TimeoutException(), [], registered: new Says(ErrorCategory.Auth)).Category);
        Assert.Equal(ErrorCategory.Timeout, Classify(new TimeoutException(), [], registered: new Broken()).Category);
    }

    [Fact]
    public void A_status_goes_before_the_map_of_exceptions()
    {
        var thrown = new HttpRequestException(HttpRequestError.ConnectionError, "no", null, HttpStatusCode.NotFound);

        Assert.Equal("http.404", Classify(thrown, []).Rule);
    }

    [Fact]
    public void An_exit_code_is_read()
    {
        Assert.Equal("exit.77", Classify(new CommandFailedException(77, "no"), []).Rule);
    }

    [Fact]
    public void An_unknown_exception_is_internal()
    {
        var verdict = Classify(new InvalidOperationException("no"), []);

        Assert.Equal((ErrorCategory.Internal, "internal"), (verdict.Category, verdict.Rule));
        Assert.Null(verdict.Disposition);
    }

    [Fact]
    public void An_unknown_exception_is_as_its_cause()
    {
        var cause = new HttpRequestException("no", null, HttpStatusCode.BadGateway);

        Assert.Equal("http.502", Classify(new InvalidOperationException("no", new InvalidOperationException("no", cause)), []).Rule);
        Assert.Equal("type.RepositoryGone", Classify(new InvalidOperationException("no", new RepositoryGone()), Gone).Rule);
    }

    [Fact]
    public void Of_several_the_most_final_wins()
    {
        Exception snooze = new JobException(ErrorCategory.RateLimited);
        Exception retry = new TimeoutException();
        Exception fail = new ArgumentException("no");
        Exception unknown = new InvalidOperationException();

        Assert.Equal(ErrorCategory.InvalidInput, Classify(new AggregateException(snooze, retry, fail), []).Category);
        Assert.Equal(ErrorCategory.InvalidInput, Classify(new AggregateException(fail, retry, snooze), []).Category);
        Assert.Equal(ErrorCategory.Timeout, Classify(new AggregateException(snooze, new AggregateException(retry)), []).Category);
        Assert.Equal(ErrorCategory.Internal, Classify(new AggregateException(snooze, unknown), []).Category);
        Assert.Equal(ErrorCategory.Internal, Classify(new AggregateException(), []).Category);

        ErrorRule[] patient = [ErrorRule.ForCategory(ErrorCategory.InvalidInput, Disposition.Snooze)];
        Assert.Equal(ErrorCategory.Timeout, Classify(new AggregateException(fail, retry), patient).Category);
    }

    [Fact]
    public void A_type_may_say_what_a_category_leads_to()
    {
        ErrorRule[] rules = [ErrorRule.ForCategory(ErrorCategory.NotFound, Disposition.Retry)];

        var verdict = Classify(new HttpRequestException("no", null, HttpStatusCode.NotFound), rules);

        Assert.Equal((ErrorCategory.NotFound, Disposition.Retry), (verdict.Category, verdict.Disposition));
        Assert.Equal(("type.not_found", "http_404"), (verdict.Rule, verdict.Code));
        Assert.Equal(Disposition.Retry, Classify(new JobException(ErrorCategory.NotFound), rules).Disposition);
        Assert.Null(Classify(new TimeoutException(), rules).Disposition);
    }

    [Fact]
    public void A_type_may_remap_a_status_and_an_exit_code()
    {
        ErrorRule[] rules =
        [
            ErrorRule.ForHttpStatus(404, ErrorCategory.ProviderError),
            ErrorRule.ForExitCode(75, null, Disposition.Snooze),
            ErrorRule.ForExitCode(143, ErrorCategory.Auth),
        ];

        var status = Classify(new HttpRequestException("no", null, HttpStatusCode.NotFound), rules);
        Assert.Equal((ErrorCategory.ProviderError, "type.http.404", 404), (status.Category, status.Rule, status.HttpStatus));

        var exit = Classify(new CommandFailedException(75, "no"), rules);
        Assert.Equal((ErrorCategory.ProviderError, "type.exit.75", Disposition.Snooze), (exit.Category, exit.Rule, exit.Disposition));

        Assert.Equal(ErrorCategory.Auth, Classify(new CommandFailedException(143, "no"), rules).Category);
        Assert.Equal(ErrorCategory.Interrupted, Classify(new CommandFailedException(143, "no"), rules, StopCause.Host).Category);
    }

    [Fact]
    public void A_rule_for_every_exception_does_not_fail_a_job_whose_host_stops()
    {
        ErrorRule[] rules = [ErrorRule.ForException<Exception>(ErrorCategory.InvalidInput)];

        Assert.Equal(ErrorCategory.Interrupted, Classify(new OperationCanceledException(), rules, StopCause.Host).Category);
        Assert.Equal(ErrorCategory.Interrupted, Classify(new CommandFailedException(143, "no"), rules, StopCause.Host).Category);
        Assert.Equal(ErrorCategory.InvalidInput, Classify(new OperationCanceledException(), rules).Category);
        Assert.Equal(ErrorCategory.InvalidInput, Classify(new CommandFailedException(1, "no"), rules, StopCause.Host).Category);
    }

    [Theory]
    [InlineData(Disposition.Cancel)]
    [InlineData(Disposition.Release)]
    [InlineData(Disposition.Requeue)]
    public void A_rule_may_not_give_what_belongs_to_the_engine(Disposition disposition) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ErrorRule.ForCategory(ErrorCategory.NotFound, disposition));

    [Theory]
    [InlineData(ErrorCategory.Cancelled)]
    [InlineData(ErrorCategory.Interrupted)]
    [InlineData(ErrorCategory.Lost)]
    [InlineData(ErrorCategory.DependencyFailed)]
    public void A_rule_may_not_name_a_category_of_the_engine(ErrorCategory category)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => ErrorRule.ForException<RepositoryGone>(category));
        Assert.Throws<ArgumentOutOfRangeException>(() => ErrorRule.ForCategory(category, Disposition.Retry));
    }

    private static ErrorVerdict Classify(
        Exception exception,
        IReadOnlyList<ErrorRule> rules,
        StopCause stop = StopCause.None,
        IErrorClassifier? registered = null) =>
        new Classifier(registered is null ? [] : [registered]).Classify(exception, rules, stop, DateTimeOffset.UnixEpoch);

    private sealed class RepositoryGone : Exception;

    private sealed class Says(ErrorCategory category) : IErrorClassifier
    {
        public ErrorVerdict? Classify(Exception exception) => new() { Category = category, Rule = "test" };
    }

    private sealed class Broken : IErrorClassifier
    {
        public ErrorVerdict? Classify(Exception exception) => throw new InvalidOperationException("bug");
    }
}
