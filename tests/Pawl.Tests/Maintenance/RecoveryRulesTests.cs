using System.Text.Json.Nodes;
using Pawl.Maintenance;

namespace Pawl.Tests.Maintenance;

public sealed class RecoveryRulesTests
{
    private static readonly ChoreType Capture = new() { Name = "capture" };

    [Theory]
    [InlineData(ErrorCategory.Network)]
    [InlineData(ErrorCategory.Timeout)]
    [InlineData(ErrorCategory.ProviderError)]
    [InlineData(ErrorCategory.ResourceExhausted)]
    [InlineData(ErrorCategory.Internal)]
    public void What_may_pass_by_itself_is_retryable(ErrorCategory category)
    {
        var pick = RecoveryRules.OfFailed(Sample.Failed(category), Capture);
        Assert.Equal(RecoveryRule.Retryable, pick.Rule);
        Assert.False(pick.NeedsYes);
    }

    [Theory]
    [InlineData(ErrorCategory.Permission)]
    [InlineData(ErrorCategory.NotFound)]
    [InlineData(ErrorCategory.TooLarge)]
    [InlineData(ErrorCategory.ContentPolicy)]
    [InlineData(ErrorCategory.Conflict)]
    [InlineData(ErrorCategory.PlanInvalid)]
    [InlineData(ErrorCategory.DependencyFailed)]
    [InlineData(ErrorCategory.Lost)]
    public void What_does_not_pass_by_itself_is_left_with_a_reason(ErrorCategory category)
    {
        var pick = RecoveryRules.OfFailed(Sample.Failed(category, "some_code"), Capture);
        Assert.Null(pick.Rule);
        Assert.Equal($"{Words.Of(category)} (some_code) does not pass by itself", pick.Reason);
    }

    [Fact]
    public void A_handler_may_say_that_its_error_is_not_retryable()
    {
        var job = Sample.Failed(ErrorCategory.Network);
        job = job with { Error = job.Error! with { Detail = new JsonObject { ["retryable"] = false } } };
        Assert.Null(RecoveryRules.OfFailed(job, Capture).Rule);
    }

    [Fact]
    public void A_type_that_is_not_to_be_retried_is_left() =>
        Assert.Null(RecoveryRules.OfFailed(Sample.Failed(ErrorCategory.Network), Capture with { Retryable = false }).Rule);

    [Fact]
    public void A_type_nobody_here_knows_is_left() =>
        Assert.Equal(
            "its type 'capture' is not registered here",
            RecoveryRules.OfFailed(Sample.Failed(ErrorCategory.Network), null).Reason);

    [Fact]
    public void A_job_is_recovered_three_times_and_not_more()
    {
        var job = Sample.Failed(ErrorCategory.Network);
        Assert.NotNull(RecoveryRules.OfFailed(job with { Recoveries = 2 }, Capture).Rule);
        Assert.Null(RecoveryRules.OfFailed(job with { Recoveries = 3 }, Capture).Rule);
    }

    [Fact]
    public void A_refused_credential_needs_a_check_that_says_yes()
    {
        var pick = RecoveryRules.OfFailed(Sample.Failed(ErrorCategory.Auth), Capture);
        Assert.Equal(RecoveryRule.Token, pick.Rule);
        Assert.True(pick.NeedsYes);
    }

    [Theory]
    [InlineData(ErrorCategory.NotFound)]
    [InlineData(ErrorCategory.Configuration)]
    public void A_missing_account_needs_a_check_that_says_yes(ErrorCategory category)
    {
        var pick = RecoveryRules.OfFailed(Sample.Failed(category, "account_missing"), Capture);
        Assert.Equal(RecoveryRule.Account, pick.Rule);
        Assert.True(pick.NeedsYes);
    }

    [Theory]
    [InlineData(ErrorCategory.InvalidInput)]
    [InlineData(ErrorCategory.Configuration)]
    public void Bad_input_is_tried_again_once_its_type_has_another_version(ErrorCategory category)
    {
        var job = Sample.Failed(category) with { Versions = new Dictionary<string, string> { ["parser"] = "1.2", ["cards"] = "v1" } };
        var same = RecoveryRules.OfFailed(job, Capture with { Versions = job.Versions });
        Assert.Equal((RecoveryRule.MappingFixed, true, null), (same.Rule, same.NeedsYes, same.Key));

        var now = new Dictionary<string, string> { ["parser"] = "1.3", ["cards"] = "v1" };
        var changed = RecoveryRules.OfFailed(job, Capture with { Versions = now });
        Assert.Equal((RecoveryRule.MappingFixed, false, "cards-v1/parser-1.3"), (changed.Rule, changed.NeedsYes, changed.Key));
    }

    [Theory]
    [InlineData(null, "m1", "#m1")]
    [InlineData("m1", "m2", "#m2")]
    [InlineData("m2", "m2", null)]
    [InlineData("m1", null, null)]
    public void Bad_input_is_tried_again_once_its_type_has_another_configuration(string? then, string? now, string? key)
    {
        var job = Sample.Failed(ErrorCategory.InvalidInput);
        job = job with { Error = job.Error! with { Configuration = then } };
        var pick = RecoveryRules.OfFailed(job, Capture with { Configuration = now });
        Assert.Equal((RecoveryRule.MappingFixed, key is null, key), (pick.Rule, pick.NeedsYes, pick.Key));
    }

    [Fact]
    public void A_running_job_is_left_alone_until_it_stands_still_for_too_long()
    {
        Assert.Null(Running(Capture, TimeSpan.FromMinutes(119), asked: true));
        Assert.NotNull(Running(Capture, TimeSpan.FromHours(2), asked: true));
    }

    [Fact]
    public void A_stuck_job_is_requeued_only_when_its_type_says_so_or_somebody_asks()
    {
        var silence = TimeSpan.FromHours(3);
        Assert.Null(Running(Capture, silence, asked: false)!.Value.Rule);
        Assert.Equal(RecoveryRule.Stuck, Running(Capture, silence, asked: true)!.Value.Rule);
        var requeue = Capture with { OnStuck = OnStuck.Requeue };
        Assert.Equal(RecoveryRule.Stuck, Running(requeue, silence, asked: false)!.Value.Rule);
    }

    [Fact]
    public void A_running_job_without_a_worker_is_an_orphan() =>
        Assert.Equal(
            RecoveryRule.Orphan,
            RecoveryRules.OfRunning(Sample.Running(), Capture, owned: false, TimeSpan.Zero, asked: false)!.Value.Rule);

    [Fact]
    public void The_age_of_a_running_job_counts_from_its_last_sign_of_progress()
    {
        var job = Sample.Running() with { StartedAt = Sample.Now.AddHours(-3) };
        Assert.Equal(TimeSpan.FromHours(3), RecoveryRules.Age(job, Sample.Now));
        job = job with { Progress = new JobProgress { Done = 1, UpdatedAt = Sample.Now.AddMinutes(-5) } };
        Assert.Equal(TimeSpan.FromMinutes(5), RecoveryRules.Age(job, Sample.Now));
    }

    private static RecoveryPick? Running(ChoreType type, TimeSpan silence, bool asked) =>
        RecoveryRules.OfRunning(Sample.Running(), type, owned: true, silence, asked);
}
