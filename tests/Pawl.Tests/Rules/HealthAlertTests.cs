using FsCheck.Fluent;

namespace Pawl.Tests.Rules;

public sealed class HealthAlertTests
{
    /// <summary>The minutes at which a series of looks raises an alert.</summary>
    private static List<int> Raised(HealthAlert alert, params IEnumerable<(int Minute, int Score)> looks)
    {
        var raised = new List<int>();
        foreach (var (minute, score) in looks)
        {
            (alert, var raise) = alert.Look(score, TimeSpan.FromMinutes(minute));
            if (raise)
            {
                raised.Add(minute);
            }
        }

        return raised;
    }

    [Fact]
    public void Only_the_fall_below_70_is_raised() =>
        Assert.Equal([10], Raised(new(), (0, 100), (5, 70), (10, 69), (15, 58), (20, 10), (40, 58)));

    [Fact]
    public void A_low_score_at_the_first_look_is_raised() => Assert.Equal([0], Raised(new(), (0, 58)));

    [Fact]
    public void The_next_fall_is_raised_only_after_75_was_reached()
    {
        Assert.Equal([0], Raised(new(), (0, 69), (20, 74), (40, 69)));
        Assert.Equal([0, 40], Raised(new(), (0, 69), (20, 75), (40, 69)));
    }

    [Fact]
    public void A_second_fall_within_15_minutes_is_raised_when_they_are_over_if_the_score_is_still_low()
    {
        Assert.Equal([0, 15], Raised(new(), (0, 58), (5, 90), (10, 58), (14, 58), (15, 58), (20, 58)));
        Assert.Equal([0], Raised(new(), (0, 58), (5, 90), (10, 58), (15, 90), (20, 90)));
    }

    [Fact]
    public void The_threshold_and_the_quiet_time_can_be_set()
    {
        var alert = new HealthAlert { Below = 50, Quiet = TimeSpan.FromMinutes(1) };
        Assert.Equal([5, 8], Raised(alert, (0, 69), (5, 49), (6, 54), (7, 55), (8, 49)));
        Assert.Equal([0, 20], Raised(new HealthAlert { Below = 100 }, (0, 99), (10, 100), (20, 99)));
    }

    [Fact]
    public void Any_series_raises_only_low_scores_at_least_15_minutes_apart_with_75_between()
    {
        var looks = from score in Gen.Choose(50, 90) from step in Gen.Choose(1, 10) select (score, step);
        Law.Holds(looks.ListOf(60), steps =>
        {
            var minute = 0;
            var series = steps.Select(look => (Minute: minute += look.step, Score: look.score)).ToList();
            var raised = Raised(new(), series);
            return raised.All(at => series.Single(look => look.Minute == at).Score < 70)
                && raised.Zip(raised.Skip(1)).All(pair => pair.Second - pair.First >= 15
                    && series.Any(look => look.Minute > pair.First && look.Minute < pair.Second && look.Score >= 75))
                && (raised.Count > 0 || series.All(look => look.Score >= 70));
        });
    }
}
