using Pawl.Errors;
using Xunit;

namespace Pawl.Tests.Errors;

public sealed class RulingTests
{
    private static readonly DateTimeOffset Now = new(2025, 11, 21, 10, 0, 0, TimeSpan.Zero);
    private static readonly RulingFacts Facts = new() { Type = "capture" };

    [Theory]
    [InlineData(0, 60, 78)]
    [InlineData(1, 120, 156)]
    public void A_failure_within_the_budget_is_retried_after_the_policy_s_wait(int failures, int least, int most)
    {
        var facts = Facts with { Failures = failures };

        AssertWait(JobEvent.RetryLater, Outcome.Failed, WaitReason.Retry, least, Ruling.Of(facts, Error(ErrorCategory.Network), Now, 0));
        Assert.InRange(Wait(facts, Error(ErrorCategory.Network), 0.999_999), TimeSpan.FromSeconds(least), TimeSpan.FromSeconds(most));
    }

    [Fact]
    public void A_spent_budget_fails_the_job_and_keeps_the_error_s_code()
    {
        var ruling = Ruling.Of(Facts with { Failures = 2 }, Error(ErrorCategory.Network, "dns"), Now, 0);

        AssertFailed(Outcome.Failed, "dns", ruling);
        Assert.Equal(ErrorCategory.Network, ruling.Error!.Category);
    }

    [Fact]
    public void A_type_that_is_not_retryable_has_one_attempt_but_may_be_snoozed()
    {
        AssertFailed(Outcome.Failed, "network", Ruling.Of(Facts with { Retryable = false }, Error(ErrorCategory.Network), Now, 0));
        Assert.Equal(JobEvent.Snoozed, Ruling.Of(Facts with { Retryable = false }, Error(ErrorCategory.RateLimited), Now, 0).Event);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(59)]
    [InlineData(60)]
    public void No_attempt_is_put_at_or_behind_the_deadline(int seconds)
    {
        var facts = Facts with { DeadlineAt = Now.AddSeconds(seconds) };

        AssertFailed(Outcome.Failed, "timeout", Ruling.Of(facts, Error(ErrorCategory.Timeout), Now, 0));
        AssertFailed(Outcome.Failed, "rate_limited", Ruling.Of(facts, Error(ErrorCategory.RateLimited), Now, 0));
    }

    [Fact]
    public void A_retry_before_the_deadline_is_given()
    {
        var facts = Facts with { DeadlineAt = Now.AddSeconds(61) };

        Assert.Equal(JobEvent.RetryLater, Ruling.Of(facts, Error(ErrorCategory.Timeout), Now, 0).Event);
    }

    [Fact]
    public void An_attempt_that_ran_past_its_limit_is_recorded_as_timed_out()
    {
        var facts = Facts with { Stop = StopCause.Timeout };
        var error = Error(ErrorCategory.Timeout);

        Assert.Equal((JobEvent.RetryLater, Outcome.TimedOut), Both(Ruling.Of(facts, error, Now, 0)));
        Assert.Equal((JobEvent.FailedForGood, Outcome.TimedOut), Both(Ruling.Of(facts with { Failures = 2 }, error, Now, 0)));
        Assert.Equal((JobEvent.RetryLater, Outcome.Failed), Both(Ruling.Of(Facts, error, Now, 0)));
    }

    [Theory]
    [InlineData(ErrorCategory.Permission)]
    [InlineData(ErrorCategory.Configuration)]
    [InlineData(ErrorCategory.NotFound)]
    [InlineData(ErrorCategory.InvalidInput)]
    [InlineData(ErrorCategory.TooLarge)]
    [InlineData(ErrorCategory.Unsupported)]
    [InlineData(ErrorCategory.ContentPolicy)]
    [InlineData(ErrorCategory.Conflict)]
    [InlineData(ErrorCategory.PlanInvalid)]
    public void A_permanent_error_fails_at_once(ErrorCategory category) =>
        AssertFailed(Outcome.Failed, Words.Of(category), Ruling.Of(Facts, Error(category), Now, 0));

    [Theory]
    [InlineData(ErrorCategory.DatabaseTransient, 0.0, 1)]
    [InlineData(ErrorCategory.DatabaseTransient, 0.5, 3)]
    [InlineData(ErrorCategory.LockContention, 0.0, 5)]
    [InlineData(ErrorCategory.LockContention, 0.5, 7.5)]
    [InlineData(ErrorCategory.SchemaMissing, 0.9, 5)]
    public void A_short_snooze_uses_no_budget(ErrorCategory category, double chance, double seconds)
    {
        var ruling = Ruling.Of(Facts with { Failures = 2 }, Error(category), Now, chance);

        AssertWait(JobEvent.Snoozed, Outcome.Snoozed, WaitReason.Snooze, seconds, ruling);
    }

    [Fact]
    public void The_tenth_transient_database_error_in_a_row_counts_as_a_failure()
    {
        var error = Error(ErrorCategory.DatabaseTransient);
        var facts = Facts with { PreviousError = error };

        Assert.Equal(JobEvent.Snoozed, Ruling.Of(facts with { Snoozes = 8 }, error, Now, 0).Event);
        var tenth = Ruling.Of(facts with { Snoozes = 9 }, error, Now, 0);
        AssertWait(JobEvent.RetryLater, Outcome.Failed, WaitReason.Retry, 60, tenth);
        Assert.Equal(Disposition.Retry, tenth.Error!.Disposition);
        AssertFailed(Outcome.Failed, "database_transient", Ruling.Of(facts with { Snoozes = 9, Failures = 2 }, error, Now, 0));

        // Neither other snoozes nor attempts that got on make a row.
        var mixed = facts with { Snoozes = 9, PreviousError = Error(ErrorCategory.CircuitOpen) };
        Assert.Equal(JobEvent.Snoozed, Ruling.Of(mixed, error, Now, 0).Event);
        Assert.Equal(JobEvent.Snoozed, Ruling.Of(facts with { Snoozes = 9, MadeProgress = true }, error, Now, 0).Event);
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(1, 10)]
    [InlineData(2, 20)]
    [InlineData(3, 40)]
    [InlineData(4, 60)]
    [InlineData(50, 60)]
    public void A_missing_table_is_waited_for_longer_each_time(int before, int seconds)
    {
        var error = Error(ErrorCategory.SchemaMissing);

        Assert.Equal(TimeSpan.FromSeconds(seconds), Wait(Facts with { Snoozes = before, PreviousError = error }, error, 0.5));
    }

    [Theory]
    [InlineData(0, null, 60)]
    [InlineData(1, null, 120)]
    [InlineData(5, null, 1_920)]
    [InlineData(6, null, 3_600)]
    [InlineData(60, null, 3_600)]
    [InlineData(0, 120, 120)]
    [InlineData(0, 10, 60)]
    [InlineData(2, 120, 240)]
    public void A_rate_limit_waits_as_long_as_asked_and_longer_each_time(int before, int? asked, int seconds)
    {
        var error = Error(ErrorCategory.RateLimited) with { RetryAfter = asked is { } wait ? TimeSpan.FromSeconds(wait) : null };

        var ruling = Ruling.Of(Facts with { Snoozes = before, PreviousError = error }, error, Now, 0.5);

        AssertWait(JobEvent.Snoozed, Outcome.Snoozed, WaitReason.RateLimit, seconds, ruling);
        var ofBucket = Facts with { LimitsInARow = before, Snoozes = 3, PreviousError = error };
        Assert.Equal(TimeSpan.FromSeconds(seconds), Wait(ofBucket, error, 0));
    }

    [Theory]
    [InlineData(ErrorCategory.RateLimited)]
    [InlineData(ErrorCategory.QuotaExhausted)]
    [InlineData(ErrorCategory.Network)]
    public void Who_asks_for_more_than_six_hours_fails_the_job(ErrorCategory category)
    {
        var six = Error(category) with { RetryAfter = TimeSpan.FromHours(6), Message = new string('m', 4_096) };
        var more = six with { RetryAfter = TimeSpan.FromHours(30) };

        Assert.Equal(TimeSpan.FromHours(6), Wait(Facts, six, 0));
        var ruling = Ruling.Of(Facts, more, Now, 0);
        AssertFailed(Outcome.Failed, "wait_too_long", ruling);
        Assert.StartsWith(
            "The other side asked to wait 1.06:00:00, longer than the 06:00:00 that are allowed. mmm",
            ruling.Error!.Message,
            StringComparison.Ordinal);
        Assert.Equal(4_096, ruling.Error.Message.Length);
        Assert.NotEqual(more.Fingerprint, ruling.Error.Fingerprint);
    }

    [Fact]
    public void A_quota_is_waited_for_an_hour_or_as_long_as_asked()
    {
        var error = Error(ErrorCategory.QuotaExhausted);

        AssertWait(JobEvent.Snoozed, Outcome.Snoozed, WaitReason.RateLimit, 3_600, Ruling.Of(Facts, error, Now, 0));
        Assert.Equal(TimeSpan.FromHours(2), Wait(Facts, error with { RetryAfter = TimeSpan.FromHours(2) }, 0));
    }

    [Fact]
    public void An_open_circuit_is_waited_for_until_its_probe()
    {
        var error = Error(ErrorCategory.CircuitOpen);

        AssertWait(JobEvent.Snoozed, Outcome.Snoozed, WaitReason.Circuit, 30, Ruling.Of(Facts, error, Now, 0));
        Assert.Equal(TimeSpan.FromSeconds(4), Wait(Facts, error with { RetryAfter = TimeSpan.FromSeconds(4) }, 0));
    }

    [Fact]
    public void Exhausted_resources_are_not_asked_for_before_five_minutes()
    {
        var error = Error(ErrorCategory.ResourceExhausted);

        Assert.Equal(TimeSpan.FromMinutes(5), Wait(Facts, error, 0));
        Assert.Equal(TimeSpan.FromMinutes(8), Wait(Facts with { Failures = 3, Retry = new() { MaxAttempts = 9 } }, error, 0));
        Assert.Equal(TimeSpan.FromMinutes(7), Wait(Facts, error with { RetryAfter = TimeSpan.FromMinutes(7) }, 0));
    }

    [Fact]
    public void A_refused_credential_is_tried_once_more()
    {
        var error = Error(ErrorCategory.Auth);
        var ample = Facts with { Retry = new() { MaxAttempts = 9 } };

        Assert.Equal(JobEvent.RetryLater, Ruling.Of(ample, error, Now, 0).Event);
        AssertFailed(Outcome.Failed, "auth", Ruling.Of(ample with { Failures = 1, PreviousError = error }, error, Now, 0));

        // The error before is of an older generation: this one has not failed yet.
        Assert.Equal(JobEvent.RetryLater, Ruling.Of(ample with { PreviousError = error }, error, Now, 0).Event);
    }

    [Fact]
    public void A_failed_secure_connection_is_the_network_once_and_then_the_configuration()
    {
        var error = Error(ErrorCategory.Network, ExceptionRules.SecureConnection);
        var ample = Facts with { Retry = new() { MaxAttempts = 9 } };

        var first = Ruling.Of(ample, error, Now, 0);
        Assert.Equal((JobEvent.RetryLater, ErrorCategory.Network), (first.Event, first.Error!.Category));

        var second = Ruling.Of(ample with { Failures = 1, PreviousError = first.Error }, error, Now, 0);
        AssertFailed(Outcome.Failed, "secure_connection", second);
        Assert.Equal(ErrorCategory.Configuration, second.Error!.Category);
    }

    [Fact]
    public void The_hundredth_snooze_in_a_row_without_progress_fails_the_job()
    {
        var error = Error(ErrorCategory.RateLimited);

        Assert.Equal(JobEvent.Snoozed, Ruling.Of(Facts with { Snoozes = 98 }, error, Now, 0).Event);
        var ruling = Ruling.Of(Facts with { Snoozes = 99 }, error, Now, 0);
        AssertFailed(Outcome.Failed, "snooze_limit", ruling);
        Assert.Equal(ErrorCategory.RateLimited, ruling.Error!.Category);
        Assert.StartsWith("Snoozed 100 times in a row without progress.", ruling.Error.Message, StringComparison.Ordinal);
        Assert.Equal(JobEvent.Snoozed, Ruling.Of(Facts with { Snoozes = 99, MadeProgress = true }, error, Now, 0).Event);
    }

    [Fact]
    public void A_handler_may_ask_to_go_on_later()
    {
        var ruling = Ruling.OfSnooze(Facts, WaitReason.Continuation, TimeSpan.FromSeconds(3), Now);

        AssertWait(JobEvent.Snoozed, Outcome.Snoozed, WaitReason.Continuation, 3, ruling);
        Assert.Null(ruling.Error);
        Assert.Equal(Now, Ruling.OfSnooze(Facts, WaitReason.Snooze, TimeSpan.MinValue, Now).RunAt);
        Assert.Equal(JobEvent.Snoozed, Ruling.OfSnooze(Facts, WaitReason.Snooze, TimeSpan.MaxValue, Now).Event);
    }

    [Fact]
    public void A_handler_that_only_asks_to_go_on_later_is_failed_at_the_hundredth_time()
    {
        AssertFailed(Outcome.Failed, "snooze_limit", Ruling.OfSnooze(Facts with { Snoozes = 99 }, WaitReason.Snooze, TimeSpan.Zero, Now));
        Assert.Equal(
            JobEvent.Snoozed,
            Ruling.OfSnooze(Facts with { Snoozes = 99, MadeProgress = true }, WaitReason.Continuation, TimeSpan.Zero, Now).Event);
    }

    [Fact]
    public void A_handler_cannot_go_on_after_the_deadline()
    {
        var ruling = Ruling.OfSnooze(Facts with { DeadlineAt = Now }, WaitReason.Continuation, TimeSpan.Zero, Now);

        AssertFailed(Outcome.Failed, "deadline_passed", ruling);
    }

    [Fact]
    public void A_job_whose_host_stops_is_released()
    {
        var ruling = Ruling.Of(Facts with { Stop = StopCause.Host, Failures = 2 }, Error(ErrorCategory.Interrupted), Now, 0);

        Assert.Equal((JobEvent.Released, Outcome.Released), Both(ruling));
        Assert.Equal((null, null, Disposition.Release), (ruling.RunAt, ruling.WaitReason, ruling.Error!.Disposition));
    }

    [Theory]
    [InlineData(ErrorCategory.Interrupted)]
    [InlineData(ErrorCategory.Lost)]
    public void An_attempt_that_only_calls_itself_interrupted_uses_the_budget(ErrorCategory category)
    {
        Assert.Equal((JobEvent.RetryLater, Outcome.Failed), Both(Ruling.Of(Facts, Error(category), Now, 0)));
        AssertFailed(Outcome.Failed, Words.Of(category), Ruling.Of(Facts with { Failures = 2 }, Error(category), Now, 0));
    }

    [Theory]
    [InlineData(ErrorCategory.Cancelled)]
    [InlineData(ErrorCategory.Network)]
    [InlineData(ErrorCategory.RateLimited)]
    [InlineData(ErrorCategory.InvalidInput)]
    [InlineData(ErrorCategory.Interrupted)]
    public void Whatever_goes_wrong_after_a_cancel_was_asked_for_ends_as_cancelled(ErrorCategory category)
    {
        foreach (var facts in (RulingFacts[])[Facts with { CancelRequested = true }, Facts with { Stop = StopCause.User }])
        {
            var ruling = Ruling.Of(facts, Error(category), Now, 0);

            Assert.Equal((JobEvent.Stopped, Outcome.Cancelled), Both(ruling));
            Assert.Equal(Disposition.Cancel, ruling.Error!.Disposition);
            Assert.Equal(JobEvent.Stopped, Ruling.OfSnooze(facts, WaitReason.Continuation, TimeSpan.Zero, Now).Event);
        }
    }

    [Fact]
    public void A_job_that_calls_itself_cancelled_without_being_asked_has_failed() =>
        AssertFailed(Outcome.Failed, "cancelled", Ruling.Of(Facts, Error(ErrorCategory.Cancelled), Now, 0));

    [Fact]
    public void A_type_s_disposition_is_followed()
    {
        var retried = Error(ErrorCategory.NotFound) with { Disposition = Disposition.Retry };
        var snoozed = Error(ErrorCategory.ProviderError) with { Disposition = Disposition.Snooze };

        Assert.Equal(JobEvent.RetryLater, Ruling.Of(Facts, retried, Now, 0).Event);
        AssertWait(JobEvent.Snoozed, Outcome.Snoozed, WaitReason.Snooze, 60, Ruling.Of(Facts, snoozed, Now, 0));
    }

    [Fact]
    public void The_third_loss_is_a_crash_loop()
    {
        var lost = Error(ErrorCategory.Lost);

        var second = Ruling.OfLoss(Facts with { Losses = 1 }, lost);
        Assert.Equal((JobEvent.Lost, Outcome.Lost, Disposition.Requeue), (second.Event, second.Outcome, second.Error!.Disposition));

        var third = Ruling.OfLoss(Facts with { Losses = 2 }, lost);
        Assert.Equal((JobEvent.CrashLooped, Outcome.Lost), Both(third));
        Assert.Equal(("crash_loop", Disposition.Fail), (third.Error!.Code, third.Error.Disposition));

        Assert.Equal((JobEvent.Stopped, Outcome.Lost), Both(Ruling.OfLoss(Facts with { Losses = 2, CancelRequested = true }, lost)));
    }

    private static JobError Error(ErrorCategory category, string? code = null) =>
        ErrorRecorder.Record(Facts.Type, new() { Category = category, Rule = "test", Code = code }, "no", Now);

    private static (JobEvent, Outcome) Both(Ruling ruling) => (ruling.Event, ruling.Outcome);

    private static TimeSpan Wait(RulingFacts facts, JobError error, double chance) =>
        Ruling.Of(facts, error, Now, chance).RunAt!.Value - Now;

    private static void AssertWait(JobEvent happened, Outcome outcome, WaitReason reason, double seconds, Ruling ruling)
    {
        Assert.Equal((happened, outcome), Both(ruling));
        Assert.Equal((reason, TimeSpan.FromSeconds(seconds)), (ruling.WaitReason, ruling.RunAt!.Value - Now));
    }

    private static void AssertFailed(Outcome outcome, string code, Ruling ruling)
    {
        Assert.Equal((JobEvent.FailedForGood, outcome), Both(ruling));
        Assert.Equal((code, Disposition.Fail), (ruling.Error!.Code, ruling.Error.Disposition));
        Assert.Equal((null, null), (ruling.RunAt, ruling.WaitReason));
    }
}
