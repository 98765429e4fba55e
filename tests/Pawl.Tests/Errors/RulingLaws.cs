using FsCheck;
using FsCheck.Fluent;
using Pawl.Errors;
using Pawl.Tests.Rules;
using Xunit;

namespace Pawl.Tests.Errors;

/// <summary>What holds for every life a job can have.</summary>
public sealed class RulingLaws
{
    private static readonly DateTimeOffset Start = new(2025, 11, 21, 10, 0, 0, TimeSpan.Zero);

    private static readonly Gen<End> Ends =
        from category in Gen.Elements(Enum.GetValues<ErrorCategory>())
        from own in Gen.Elements<Disposition?>(null, null, null, Disposition.Retry, Disposition.Snooze, Disposition.Fail)
        from stop in Gen.Elements(StopCause.None, StopCause.None, StopCause.None, StopCause.Host, StopCause.Timeout)
        from asked in Gen.Elements(-1, -1, -1, 0, 10, 4_000, 21_600, 21_601)
        from progress in Gen.Elements(false, false, false, true)
        from secure in Gen.Elements(false, true)
        from chance in Law.Chance
        select new End(category, own, stop, asked < 0 ? null : TimeSpan.FromSeconds(asked), progress, secure, chance);

    [Fact]
    public void No_life_has_more_counted_attempts_than_its_budget_nor_a_wait_before_its_floor()
    {
        var lives =
            from budget in Gen.Choose(1, 6)
            from retryable in Gen.Elements(true, true, false)
            from deadline in Gen.Choose(-1, 200_000)
            from ends in Gen.ArrayOf(Ends, 60)
            select (budget, retryable, deadline, ends);

        Law.Holds(lives, life =>
        {
            var now = Start;
            var deadline = life.deadline < 0 ? (DateTimeOffset?)null : Start.AddSeconds(life.deadline);
            var counted = 0;
            var facts = new RulingFacts
            {
                Type = "t", Retry = new() { MaxAttempts = life.budget }, Retryable = life.retryable, DeadlineAt = deadline, SnoozeCap = 12,
            };
            foreach (var end in life.ends)
            {
                var error = end.Error(now);
                facts = facts with { Stop = end.Stop, MadeProgress = end.Progress };
                var ruling = Ruling.Of(facts, error, now, end.Chance);
                counted += ruling.Outcome is Outcome.Failed or Outcome.TimedOut ? 1 : 0;
                Sound(facts, error, ruling, now);
                if (ruling.Event == JobEvent.FailedForGood)
                {
                    break;
                }

                facts = facts with
                {
                    Failures = counted,
                    Snoozes = ruling.Outcome == Outcome.Snoozed && !end.Progress ? facts.Snoozes + 1 : 0,
                    PreviousError = ruling.Error,
                };
                now = ruling.RunAt ?? now;
            }

            return counted <= (life.retryable ? life.budget : 1);
        }, 1_000);
    }

    private static void Sound(RulingFacts facts, JobError error, Ruling ruling, DateTimeOffset now)
    {
        Assert.NotNull(Transitions.Next(JobState.Running, ruling.Event));
        Assert.Equal(ruling.Event is JobEvent.RetryLater or JobEvent.Snoozed, ruling.RunAt is not null);
        Assert.Equal(ruling.RunAt is null, ruling.WaitReason is null);
        if (ruling.RunAt is not { } runAt)
        {
            return;
        }

        var wait = runAt - now;
        Assert.True(wait >= TimeSpan.Zero && !(wait < error.RetryAfter), $"{wait} is under what was asked, {error.RetryAfter}.");
        Assert.True(!(runAt >= facts.DeadlineAt), "due after the deadline");
        var asked = error.RetryAfter ?? TimeSpan.Zero;
        var (least, most) = (ruling.Event, error.Category) switch
        {
            (JobEvent.RetryLater, ErrorCategory.ResourceExhausted) => (300, Math.Max(300, 78 * Math.Pow(2, facts.Failures))),
            (JobEvent.RetryLater, _) => (60 * Math.Pow(2, facts.Failures), 78 * Math.Pow(2, facts.Failures)),
            (_, ErrorCategory.DatabaseTransient) => (1, 5),
            (_, ErrorCategory.LockContention) => (5, 10),
            (_, ErrorCategory.SchemaMissing) => (5, 60),
            (_, ErrorCategory.RateLimited) => (60, 3_600),
            (_, ErrorCategory.QuotaExhausted) => (3_600, 3_600),
            (_, ErrorCategory.CircuitOpen) => (0, 30),
            _ => (60, 4_680.0),
        };
        Assert.InRange(wait.TotalSeconds, least, Math.Max(most, asked.TotalSeconds));
    }

    /// <summary>How one attempt ends.</summary>
    private sealed record End(
        ErrorCategory Category, Disposition? Own, StopCause Stop, TimeSpan? Asked, bool Progress, bool Secure, double Chance)
    {
        public JobError Error(DateTimeOffset now) => new()
        {
            Category = Category,
            Code = Secure ? ExceptionRules.SecureConnection : Words.Of(Category),
            Message = "no",
            Disposition = Own ?? ErrorDefaults.Of(Category).Disposition,
            Rule = "test",
            Fingerprint = "00000000",
            OccurredAt = now,
            RetryAfter = Asked,
        };
    }
}
