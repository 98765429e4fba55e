using FsCheck.Fluent;

namespace Pawl.Tests.Rules;

public sealed class PriorityTests
{
    private sealed record Capture(string Repository, int Days, string Size);

    private static ScoreRules<Capture> Rules() => new ScoreRules<Capture>()
        .Manual(40)
        .When(p => p.Size == "small", 30, "small")
        .When(p => p.Size == "medium", 20, "medium")
        .When(p => p.Days <= 7, 20, "range 7 days");

    [Fact]
    public void A_small_manual_job_on_its_second_retry_scores_80_and_says_why()
    {
        var score = Rules().Base(BasePriority.Low).Evaluate(new("a/b", 7, "small"), Trigger.Manual, retries: 2);
        Assert.Equal(80, score.Points);
        Assert.Equal("80: -20 base low, +40 manual, +30 small, +20 range 7 days, +10 retry 2", score.ToString());
    }

    [Fact]
    public void A_large_nightly_job_of_the_same_type_scores_minus_20()
    {
        var score = Rules().Base(BasePriority.Low).Evaluate(new("a/b", 90, "large"), Trigger.Schedule, retries: 0);
        Assert.Equal("-20: -20 base low", score.ToString());
    }

    [Fact]
    public void A_job_that_meets_every_rule_scores_105_for_four_reasons()
    {
        var score = Rules().Evaluate(new("a/b", 1, "small"), Trigger.Manual, retries: 3);
        Assert.Equal(105, score.Points);
        Assert.Equal([new(40, "manual"), new(30, "small"), new(20, "range 7 days"), new PriorityReason(15, "retry 3")], score.Reasons);
    }

    [Fact]
    public void Without_rules_a_manual_start_is_worth_40_and_each_retry_5_up_to_15()
    {
        var rules = new ScoreRules<string>();
        Assert.Equal("0", rules.Evaluate("x", Trigger.Api, 0).ToString());
        Assert.Equal("40: +40 manual", rules.Evaluate("x", Trigger.Manual, 0).ToString());
        Assert.Equal("5: +5 retry 1", rules.Evaluate("x", Trigger.Parent, 1).ToString());
        Assert.Equal("15: +15 retry 3", rules.Evaluate("x", Trigger.Recovery, 3).ToString());
        Assert.Equal("15: +15 retry 2147483647", rules.Evaluate("x", Trigger.Api, int.MaxValue).ToString());
    }

    [Fact]
    public void Points_of_zero_switch_a_default_rule_off() =>
        Assert.Equal("0", new ScoreRules<string>().Manual(0).Retry(0).Evaluate("x", Trigger.Manual, 3).ToString());

    [Fact]
    public void A_base_without_a_word_is_called_base() =>
        Assert.Equal("7: +7 base", new ScoreRules<string>().Base(BasePriority.Of(7)).Evaluate("x", Trigger.Api, 0).ToString());

    [Fact]
    public void A_rule_that_throws_costs_its_points_but_not_the_job()
    {
        var score = new ScoreRules<Capture>()
            .When(p => p.Size.Length == 5, 30, "small")
            .When(p => p.Days <= 7, 20, "range 7 days")
            .Evaluate(new("a/b", 7, null!), Trigger.Api, 0);
        Assert.Equal("20: 0 rule 'small' failed: NullReferenceException, +20 range 7 days", score.ToString());
    }

    [Fact]
    public void An_explicit_priority_replaces_every_rule_and_stays_through_retries()
    {
        var score = PriorityScore.Explicit(50);
        Assert.Equal("50: +50 explicit", score.ToString());
        Assert.Equal("50: +50 explicit", PriorityScore.WithRetries(score.Reasons, 2).ToString());
        Assert.Equal("0: 0 explicit", PriorityScore.Explicit(0).ToString());
    }

    [Theory]
    [InlineData(-1_001)]
    [InlineData(1_001)]
    [InlineData(int.MinValue)]
    public void Points_off_the_scale_are_refused(int points)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => PriorityScore.Explicit(points));
        Assert.Throws<ArgumentOutOfRangeException>(() => BasePriority.Of(points));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ScoreRules<string>().Manual(points));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ScoreRules<string>().When(_ => true, points, "x"));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ScoreRules<string>().Retry(points));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ScoreRules<string>().Retry(5, points));
    }

    [Theory]
    [InlineData(-1_000)]
    [InlineData(1_000)]
    public void The_ends_of_the_scale_are_on_it(int points)
    {
        Assert.Equal(points, PriorityScore.Explicit(points).Points);
        Assert.Equal(points, BasePriority.Of(points).Points);
        Assert.Equal(points, new ScoreRules<string>().Manual(points).Evaluate("x", Trigger.Manual, 0).Points);
        Assert.Equal(points, new ScoreRules<string>().When(_ => true, points, "x").Evaluate("x", Trigger.Api, 0).Points);
    }

    [Fact]
    public void A_retry_may_be_worth_the_whole_scale_or_nothing()
    {
        Assert.Equal("1000: +1000 retry 1", new ScoreRules<string>().Retry(1_000, 1_000).Evaluate("x", Trigger.Api, 1).ToString());
        Assert.Equal("0", new ScoreRules<string>().Retry(5, 0).Evaluate("x", Trigger.Api, 1).ToString());
        Assert.Throws<ArgumentOutOfRangeException>(() => new ScoreRules<string>().Retry(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ScoreRules<string>().Retry(5, -1));
    }

    [Fact]
    public void A_negative_count_of_retries_or_points_is_refused()
    {
        PriorityReason[] reasons = [new(40, "manual")];
        Assert.Throws<ArgumentOutOfRangeException>(() => PriorityScore.WithRetries(reasons, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => PriorityScore.WithRetries(reasons, 1, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => PriorityScore.WithRetries(reasons, 1, 5, -1));
        Assert.Throws<ArgumentNullException>(() => PriorityScore.WithRetries(null!, 1));
        Assert.Throws<ArgumentNullException>(() => new ScoreRules<string>().When((Func<string, bool>)null!, 1, "x"));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("explicit")]
    [InlineData("retry 3")]
    public void A_rule_may_not_bear_the_name_of_the_engines_own_reasons(string why) =>
        Assert.Throws<ArgumentException>(() => new ScoreRules<string>().When(_ => true, 1, why));

    [Fact]
    public void A_rule_may_speak_of_retries_in_other_words()
    {
        var rules = new ScoreRules<string>().When(_ => true, 1, "retry storm").When(_ => true, 2, "retry ");
        var first = rules.Evaluate("x", Trigger.Api, 1);
        Assert.Equal("3: +1 retry storm, +2 retry ", PriorityScore.WithRetries(first.Reasons, 0).ToString());
    }

    [Fact]
    public void A_reason_has_at_most_100_characters()
    {
        Assert.Equal(1, new ScoreRules<string>().When(_ => true, 1, new string('x', 100)).Evaluate("x", Trigger.Api, 0).Points);
        Assert.Throws<ArgumentException>(() => new ScoreRules<string>().When(_ => true, 1, new string('x', 101)));
    }

    [Fact]
    public void Before_a_retry_the_payload_is_not_asked_again()
    {
        var asked = 0;
        var rules = new ScoreRules<string>().Retry(7, 20).When(_ => ++asked > 0, 30, "small");
        var stored = rules.Evaluate("x", Trigger.Manual, 0).Reasons;
        Assert.Equal("77: +40 manual, +30 small, +7 retry 1", rules.WithRetries(stored, 1).ToString());
        Assert.Equal("90: +40 manual, +30 small, +20 retry 3", rules.WithRetries(rules.WithRetries(stored, 1).Reasons, 3).ToString());
        Assert.Equal("80: +40 manual, +30 small, +10 retry 2", PriorityScore.WithRetries(stored, 2).ToString());
        Assert.Equal(1, asked);
    }

    [Fact]
    public void Any_sum_is_brought_back_to_the_scale_and_retries_can_be_counted_anew()
    {
        var points = Gen.Choose(Priority.Lowest, Priority.Highest);
        var cases = from start in points
                    from rules in points.ListOf(6)
                    from retries in Gen.Choose(0, 10)
                    from later in Gen.Choose(0, 10)
                    select (start, rules, retries, later);
        Law.Holds(cases, c =>
        {
            var rules = new ScoreRules<int>().Base(BasePriority.Of(c.start));
            foreach (var p in c.rules)
            {
                rules.When(_ => true, p, "rule");
            }

            var score = rules.Evaluate(0, Trigger.Api, c.retries);
            var sum = c.start + c.rules.Sum() + Math.Min(5 * c.retries, 15);
            return score.Points == Math.Max(-1_000, Math.Min(1_000, sum))
                && rules.WithRetries(score.Reasons, c.later).ToString() == rules.Evaluate(0, Trigger.Api, c.later).ToString();
        });
    }

    [Theory]
    [InlineData("low", -20, "low")]
    [InlineData("normal", 0, "normal")]
    [InlineData("high", 20, "high")]
    [InlineData("-1000", -1_000, "-1000")]
    [InlineData("1000", 1_000, "1000")]
    [InlineData("20", 20, "high")]
    public void A_base_is_a_word_or_a_number(string text, int points, string shown)
    {
        Assert.True(BasePriority.TryParse(text, out var value));
        Assert.Equal(points, value.Points);
        Assert.Equal(shown, value.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("high ")]
    [InlineData("High")]
    [InlineData("1.5")]
    [InlineData("-1001")]
    [InlineData("1001")]
    [InlineData("9223372036854775808")]
    public void Anything_else_is_no_base(string? text) => Assert.False(BasePriority.TryParse(text, out _));
}
